import assert from 'node:assert/strict';

import {
  boardOf,
  exchangeOf,
  isStockSymbol,
  suffixOfCode,
} from '../../../src/domain/stock-symbol.ts';

describe('stock symbols', () => {
  it('are six ASCII digits and a suffix in upper case, nothing else', () => {
    for (const good of ['600000.SH', '000001.SZ', '430047.BJ']) {
      assert.ok(isStockSymbol(good), good);
    }
    for (const bad of [
      '600000',
      '600000.SS',
      '000001.sz',
      'sz000001',
      '０００００１.SZ',
      '000001.SZ\n',
      '00000I.SZ',
      "000001.SZ'; --",
      '../../etc/passwd',
    ]) {
      assert.ok(!isStockSymbol(bad), bad);
    }
  });

  it('belong to the exchange of their suffix', () => {
    assert.equal(exchangeOf('600000.SH'), 'SSE');
    assert.equal(exchangeOf('000001.SZ'), 'SZSE');
    assert.equal(exchangeOf('430047.BJ'), 'BSE');
    assert.throws(() => exchangeOf('600000.SS'), RangeError);
  });

  it('belong to the board of their code', () => {
    const boards = {
      '600000.SH': 'main',
      '688981.SH': 'star',
      '689009.SH': 'star',
      '900901.SH': 'b_share',
      '510300.SH': 'fund',
      '000001.SH': 'index',
      '000001.SZ': 'main',
      '002594.SZ': 'main',
      '300750.SZ': 'chinext',
      '301006.SZ': 'chinext',
      '200002.SZ': 'b_share',
      '159915.SZ': 'fund',
      '399001.SZ': 'index',
      '430047.BJ': 'bse',
      '830799.BJ': 'bse',
      '920819.BJ': 'bse',
      '899050.BJ': 'index',
      '123456.SH': 'other',
    } as const;
    for (const [symbol, board] of Object.entries(boards)) {
      assert.equal(boardOf(symbol), board, symbol);
    }
  });

  it('can be suggested from a bare code', () => {
    assert.equal(suffixOfCode('000001'), 'SZ');
    assert.equal(suffixOfCode('600000'), 'SH');
    assert.equal(suffixOfCode('920819'), 'BJ');
    assert.equal(suffixOfCode('430047'), 'BJ');
    assert.equal(suffixOfCode('6000'), undefined);
  });
});
