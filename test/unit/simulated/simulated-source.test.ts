import assert from 'node:assert/strict';

import { EtlError, SchemaDriftError, TransientError } from '../../../src/domain/errors.ts';
import type { RawAnswer, RefusedSymbols } from '../../../src/sources/data-source.ts';
import { decoders } from '../../../src/sources/decoders.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { createSimulatedSource } from '../../../src/sources/simulated/simulated-source.ts';
import { decodeAnswer } from '../../../src/sources/simulated/wire.ts';

const source = createSimulatedSource({ seed: 3, symbols: 700 });
/** Two that were listed, and traded, in January 2024. */
const LISTED = '000002.SZ';
const OTHER = '300001.SZ';
const { signal } = new AbortController();

async function ask(
  symbols: readonly string[],
  startDate: string,
  endDate: string,
): Promise<(RawAnswer | RefusedSymbols)[]> {
  return everything(source.fetchBars({ symbols, startDate, endDate }, signal));
}

async function everything<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of iterable) {
    all.push(each);
  }
  return all;
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
    const [answer] = await ask([LISTED], '2024-02-10', '2024-02-11');

    assert.ok(answer?.kind === 'answer');
    assert.equal(decodeAnswer(answer.body).length, 0);
  });

  it('refuses a symbol that it does not know, and serves the others', async () => {
    const answers = await ask(['999999.SZ', LISTED], '2024-01-02', '2024-01-05');

    const [refused, served] = answers;
    assert.ok(refused?.kind === 'refused' && refused.error instanceof EtlError);
    assert.deepEqual(refused.symbols, ['999999.SZ']);
    assert.equal(refused.error.errorClass, 'data_quality');
    assert.ok(served?.kind === 'answer');
    assert.deepEqual(served.symbols, [LISTED]);
    assert.ok(decodeAnswer(served.body).length > 0);
  });

  it('refuses the symbols that were poisoned, and serves the others', async () => {
    const faulty = createSimulatedSource({
      seed: 3,
      symbols: 20,
      faults: { poisonSymbols: [LISTED] },
    });
    const request = {
      symbols: [LISTED, OTHER],
      startDate: '2024-01-02',
      endDate: '2024-01-05',
    };

    const [refused, served] = await everything(faulty.fetchBars(request, signal));

    assert.ok(refused?.kind === 'refused' && refused.error instanceof EtlError);
    assert.equal(refused.error.code, 'ETL-SRC-111');
    assert.deepEqual(served?.symbols, [OTHER]);
  });

  it('fails each n-th request where it was told to, as a connection that was reset', async () => {
    const flaky = createSimulatedSource({ seed: 3, symbols: 20, faults: { flakyEvery: 2 } });
    const request = { symbols: [LISTED], startDate: '2024-01-02', endDate: '2024-01-05' };
    const outcomes: string[] = [];

    for (let attempt = 0; attempt < 4; attempt += 1) {
      try {
        await flaky.fetchBars(request, signal)[Symbol.asyncIterator]().next();
        outcomes.push('answer');
      } catch (error) {
        assert.ok(error instanceof TransientError);
        outcomes.push('reset');
      }
    }

    assert.deepEqual(outcomes, ['answer', 'reset', 'answer', 'reset']);
  });

  it('answers with what was known at the instant it is given', async () => {
    const asOf = Date.parse('2024-01-03T12:00:00+08:00');
    const past = createSimulatedSource({ seed: 3, symbols: 20, asOf });
    const request = { symbols: [LISTED], startDate: '2024-01-02', endDate: '2024-01-05' };

    const answers = past.fetchBars(request, signal)[Symbol.asyncIterator]();
    const { value } = await answers.next();

    assert.ok(value?.kind === 'answer');
    assert.equal(decodeAnswer(value.body).length, 1);
    assert.equal(value.request['asOf'], asOf);
  });

  it('stops between answers when it is told to', async () => {
    const symbols = (await source.listInstruments({}, signal)).map((i) => i.symbol);
    const stop = new AbortController();
    const request = { symbols, startDate: '2024-01-02', endDate: '2024-01-02' };
    const answers = source.fetchBars(request, stop.signal)[Symbol.asyncIterator]();
    await answers.next();

    stop.abort(new Error('enough'));

    await assert.rejects(answers.next(), /enough/);
  });

  it('refuses bytes that are cut or of another kind', async () => {
    const [answer] = await ask([LISTED], '2024-01-02', '2024-01-31');
    assert.ok(answer?.kind === 'answer');

    for (const bytes of [
      answer.body.slice(0, -1),
      answer.body.slice(0, 20),
      new Uint8Array(3),
      Uint8Array.from(answer.body, (byte, index) => (index === 8 ? 0 : byte)),
      new TextEncoder().encode('{"code":0,"data":null,"msg":"ok"}'),
    ]) {
      assert.throws(() => decodeAnswer(bytes), SchemaDriftError);
    }
  });

  it('reads bytes that do not begin on a word', async () => {
    const [answer] = await ask([LISTED], '2024-01-02', '2024-01-31');
    assert.ok(answer?.kind === 'answer');
    const shifted = new Uint8Array(answer.body.length + 3).fill(7);
    shifted.set(answer.body, 3);

    assert.deepEqual(decodeAnswer(shifted.subarray(3)), decodeAnswer(answer.body));
  });
});
