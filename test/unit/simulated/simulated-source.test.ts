import assert from 'node:assert/strict';

import { EtlError, SchemaDriftError } from '../../../src/domain/errors.ts';
import type { RawAnswer, RefusedSymbols } from '../../../src/sources/data-source.ts';
import { decoders } from '../../../src/sources/decoders.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { createSimulatedSource } from '../../../src/sources/simulated/simulated-source.ts';
import { decodeAnswer } from '../../../src/sources/simulated/wire.ts';

const source = createSimulatedSource({ seed: 3, symbols: 700 });
const { signal } = new AbortController();

async function ask(
  symbols: readonly string[],
  startDate: string,
  endDate: string,
): Promise<(RawAnswer | RefusedSymbols)[]> {
  const answers = [];
  for await (const answer of source.fetchBars({ symbols, startDate, endDate }, signal)) {
    answers.push(answer);
  }
  return answers;
}

describe('simulated source', () => {
  it('answers with bytes that its decoder reads back to the market itself', async () => {
    const symbols = (await source.listInstruments({}, signal)).map((i) => i.symbol).slice(0, 20);

    const [answer] = await ask(symbols, '2024-01-02', '2024-03-29');

    assert.ok(answer?.kind === 'answer');
    const columns = await decoders[answer.format]?.(answer.body, answer.request);
    const truth = marketOf({ seed: 3, symbols: 700 }).bars(symbols, 19_724, 19_811);
    assert.deepEqual(columns, truth);
    assert.ok(truth.length > 500);
  });

  it('splits many symbols over several answers', async () => {
    const symbols = (await source.listInstruments({}, signal)).map((i) => i.symbol);

    const answers = await ask(symbols, '2024-01-02', '2024-01-02');

    assert.deepEqual(
      answers.map((answer) => answer.symbols.length),
      [500, 200],
    );
  });

  it('answers with no rows where there was no session, which is not an error', async () => {
    const [answer] = await ask(['600000.SH'], '2024-02-10', '2024-02-11');

    assert.ok(answer?.kind === 'answer');
    assert.equal(decodeAnswer(answer.body).length, 0);
  });

  it('refuses a symbol that it does not know, and serves the others', async () => {
    const answers = await ask(['999999.SZ', '600000.SH'], '2024-01-02', '2024-01-05');

    const [refused, served] = answers;
    assert.ok(refused?.kind === 'refused' && refused.error instanceof EtlError);
    assert.deepEqual(refused.symbols, ['999999.SZ']);
    assert.equal(refused.error.errorClass, 'data_quality');
    assert.ok(served?.kind === 'answer');
    assert.deepEqual(served.symbols, ['600000.SH']);
  });

  it('refuses bytes that are cut or of another kind', async () => {
    const [answer] = await ask(['600000.SH'], '2024-01-02', '2024-01-31');
    assert.ok(answer?.kind === 'answer');

    for (const bytes of [
      answer.body.slice(0, -1),
      answer.body.slice(0, 20),
      new Uint8Array(3),
      new TextEncoder().encode('{"code":0,"data":null,"msg":"ok"}'),
    ]) {
      assert.throws(() => decodeAnswer(bytes), SchemaDriftError);
    }
  });

  it('reads bytes that do not begin on a word', async () => {
    const [answer] = await ask(['600000.SH'], '2024-01-02', '2024-01-31');
    assert.ok(answer?.kind === 'answer');
    const shifted = new Uint8Array(answer.body.length + 3).fill(7);
    shifted.set(answer.body, 3);

    assert.deepEqual(decodeAnswer(shifted.subarray(3)), decodeAnswer(answer.body));
  });
});
