import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EtlError } from '../../../src/domain/errors.ts';
import { isStockSymbol } from '../../../src/domain/stock-symbol.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import { FAULT_KINDS } from '../../../src/emulators/fault.ts';
import { EMULATED_TOKEN, startEmulators, type Emulators } from '../../../src/emulators/start.ts';
import { openGate, type SourceCall } from '../../../src/sources/call-gate.ts';
import type { DataSource } from '../../../src/sources/data-source.ts';
import { createFilesSource } from '../../../src/sources/files/files-source.ts';
import { createSimulatedSource } from '../../../src/sources/simulated/simulated-source.ts';
import {
  A_SHARES,
  ADAPTERS,
  HTTP_ONLY,
  MAX_BYTES,
  UNKNOWN,
  USUAL_ENDINGS,
} from '../../support/adapters.ts';
import {
  answersOf,
  barsOf,
  keepsTheContract,
  MARKET,
  RANGE,
  SHORT,
  truthOf,
} from '../../support/contract-kit.ts';

/** One suite that every adapter passes against the emulator of its source. */

for (const adapter of ADAPTERS) {
  describe(`the adapter of ${adapter.name}`, () => {
    let emulators: Emulators;
    let source: DataSource;
    const gated: SourceCall[] = [];
    const [symbol = ''] = adapter.symbols;
    before(async () => {
      emulators = await startEmulators({ market: MARKET });
      source = adapter.create(emulators, (call, run, signal) => {
        gated.push(call);
        return openGate(call, run, signal);
      });
    });
    afterEach(() => emulators.faults(adapter.name).clear());
    after(() => emulators.close());

    keepsTheContract(() => ({ source, symbols: adapter.symbols, unknown: adapter.unknown }));

    it('refuses what is of another market, and serves the others', async () => {
      const symbols = [adapter.foreign, symbol];

      const { answers, refused } = await answersOf(source, { symbols, ...SHORT });

      assert.deepEqual(
        refused.flatMap((each) => each.symbols),
        [adapter.foreign],
      );
      assert.ok(refused[0]?.error instanceof EtlError);
      assert.deepEqual([...new Set(answers.flatMap((each) => each.symbols))], [symbol]);
    });

    it('passes every call through the gate, under the endpoint that it declares', async () => {
      gated.length = 0;

      await answersOf(source, { symbols: [symbol], ...SHORT, priority: 'backfill' });

      assert.ok(gated.length > 0);
      const declared = Object.values(source.endpoints);
      for (const call of gated) {
        assert.equal(call.source, adapter.name);
        assert.ok(declared.includes(call.endpoint), call.endpoint);
        assert.equal(call.priority, 'backfill');
      }
    });

    it('ends at once when it is cancelled', async () => {
      emulators.faults(adapter.name).set({ kind: 'stall' });
      const controller = new AbortController();
      const reason = new Error('enough');
      const isCalled = emulators.calls.length;
      const running = answersOf(source, { symbols: [symbol], ...SHORT }, controller.signal);
      const timer = setInterval(() => {
        if (emulators.calls.length > isCalled) {
          controller.abort(reason);
        }
      }, 5);

      const startedAt = performance.now();
      await assert.rejects(running, (error) => error === reason);
      clearInterval(timer);

      assert.ok(performance.now() - startedAt < 1000);
    });

    for (const kind of FAULT_KINDS) {
      const isAbsent = adapter.name === 'baostock' && HTTP_ONLY.includes(kind);
      const ending = adapter.endings[kind] ?? USUAL_ENDINGS[kind];
      const words = ending === 'rows' ? 'rows' : `${ending[0]} ${ending[1]}`;
      (isAbsent ? it.skip : it)(`ends ${kind} in ${words}`, async () => {
        const book = emulators.faults(adapter.name);
        book.set({ kind, count: 1, ms: 100, bytes: 2 * MAX_BYTES });
        const request = { symbols: [symbol], ...SHORT };

        if (ending === 'rows') {
          const bars = await barsOf(source, request);
          const truth = truthOf([symbol], SHORT);
          const expected = { noData: 0, dropRows: Math.floor((truth.length * 2) / 3) };
          const least = kind === 'noData' || kind === 'dropRows' ? expected[kind] : truth.length;
          assert.ok(bars.length >= least - 1 && bars.length <= truth.length, `${bars.length} rows`);
          return;
        }
        const error: unknown = await barsOf(source, request).then(
          () => undefined,
          (reason: unknown) => reason,
        );

        assert.ok(error instanceof EtlError, `got ${String(error)}`);
        assert.deepEqual([error.errorClass, error.code], ending, error.headline);
        assert.ok(
          !JSON.stringify([error.headline, error.details, error.stack]).includes(EMULATED_TOKEN),
        );
        assert.equal(error.errorClass === 'rate_limited', error.retryAfterMs !== undefined);
        // What went wrong once leaves nothing behind.
        assert.equal((await barsOf(source, request)).length, truthOf([symbol], SHORT).length);
      });
    }

    it('keeps no token in what is landed and stored', async () => {
      const { answers } = await answersOf(source, { symbols: [symbol], ...SHORT });

      for (const { request, body } of answers) {
        assert.ok(!JSON.stringify(request).includes(EMULATED_TOKEN));
        assert.ok(!Buffer.from(body).includes(EMULATED_TOKEN));
      }
    });

    it('tells by `markets` which symbols it serves', () => {
      const places = new Set<string>(source.capabilities.markets);
      for (const each of adapter.symbols) {
        const place = isStockSymbol(each)
          ? { SH: 'SSE', SZ: 'SZSE', BJ: 'BSE' }[each.slice(7)]
          : 'US';
        assert.ok(places.has(place ?? ''), each);
      }
    });
  });
}

describe('the source simulated', () => {
  const source = createSimulatedSource(MARKET);

  keepsTheContract(() => ({ source, symbols: A_SHARES, unknown: UNKNOWN }));
});

describe('the source files', () => {
  let root: string;
  let source: DataSource;
  before(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'candlewick-contract-')));
    for (const symbol of A_SHARES) {
      writeFileSync(join(root, `${symbol}.csv`), tushareCsv(symbol));
    }
    source = createFilesSource({ root });
  });
  after(() => rmSync(root, { recursive: true }));

  keepsTheContract(() => ({ source, symbols: A_SHARES, unknown: UNKNOWN }));
});

/** The market's bars of a symbol as Tushare exports them: lots, thousands of CNY. */
function tushareCsv(symbol: string): string {
  const header = 'ts_code,trade_date,open,high,low,close,pre_close,vol,amount';
  const lines = truthOf([symbol], RANGE).map(({ row, bars }) => {
    const day = fromDayNumber(bars.tradingDay[row] ?? 0).replaceAll('-', '');
    const prices = (['open', 'high', 'low', 'close', 'preClose'] as const).map((name) =>
      ((bars[name][row] ?? 0) / 10_000).toFixed(4),
    );
    const volume = ((bars.volume[row] ?? 0) / 100).toFixed(2);
    const amount = ((bars.amount[row] ?? 0) / 10_000_000).toFixed(7);
    return [symbol, day, ...prices, volume, amount].join(',');
  });
  return [header, ...lines].join('\n');
}
