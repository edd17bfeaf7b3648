import assert from 'node:assert/strict';

import { EtlError } from '../../../src/domain/errors.ts';
import {
  MARK,
  MISSING,
  missingReasonAt,
  VALUE_COLUMNS,
  type BarColumns,
} from '../../../src/domain/bar.ts';
import { isStockSymbol } from '../../../src/domain/stock-symbol.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { FAULT_KINDS } from '../../../src/emulators/fault.ts';
import { EMULATED_TOKEN, startEmulators, type Emulators } from '../../../src/emulators/start.ts';
import { openGate, type SourceCall } from '../../../src/sources/call-gate.ts';
import type {
  BarsRequest,
  DataSource,
  RawAnswer,
  RefusedSymbols,
} from '../../../src/sources/data-source.ts';
import { decoders } from '../../../src/sources/decoders.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { standardiseBars } from '../../../src/transform/standardise.ts';
import {
  ADAPTERS,
  HTTP_ONLY,
  MAX_BYTES,
  USUAL_ENDINGS,
  type AdapterCase,
} from '../../support/adapters.ts';

/** One suite that every adapter passes against the emulator of its source. */

const MARKET = { seed: 7, symbols: 60 };
/** In it, for some of the symbols: a suspension, an ex-right day, odd lots. */
const RANGE = { startDate: '2026-01-05', endDate: '2026-11-20' };
const SHORT = { startDate: '2026-11-02', endDate: '2026-11-20' };
const never = new AbortController().signal;

async function answersOf(
  source: DataSource,
  request: BarsRequest,
  signal: AbortSignal = never,
): Promise<{ answers: RawAnswer[]; refused: RefusedSymbols[] }> {
  const answers: RawAnswer[] = [];
  const refused: RefusedSymbols[] = [];
  for await (const each of source.fetchBars(request, signal)) {
    if (each.kind === 'answer') {
      answers.push(each);
    } else {
      refused.push(each);
    }
  }
  return { answers, refused };
}

async function barsOf(source: DataSource, request: BarsRequest): Promise<BarColumns> {
  const { answers } = await answersOf(source, request);
  const parts = await Promise.all(
    answers.map(async ({ format, body, request: facts }, answer) => {
      const columns = await decoders[format]?.(body, facts);
      assert.ok(columns, `no decoder for ${format}`);
      return { columns, answer, fetchedAt: '2026-11-25T00:00:00Z' };
    }),
  );
  const { columns } = standardiseBars(parts, {
    symbols: request.symbols,
    startDay: toDayNumber(request.startDate),
    endDay: toDayNumber(request.endDate),
  });
  return columns;
}

/** The market's symbol that stands for a symbol of the United States in the emulators. */
function truthSymbol(symbol: string): string {
  const code = /^SIM(\d{6})\.US$/.exec(symbol)?.[1];
  return code === undefined ? symbol : `${code}.${code.startsWith('6') ? 'SH' : 'SZ'}`;
}

interface TruthRow {
  readonly symbol: string;
  readonly row: number;
  readonly bars: BarColumns;
}

function truthOf(
  symbols: readonly string[],
  range: { startDate: string; endDate: string },
): TruthRow[] {
  const [from, to] = [toDayNumber(range.startDate), toDayNumber(range.endDate)];
  return symbols.toSorted().flatMap((symbol) => {
    const bars = marketOf(MARKET).bars([truthSymbol(symbol)], from, to);
    return Array.from({ length: bars.length }, (_, row) => ({ symbol, row, bars })).filter(
      ({ row }) => ((bars.marks[row] ?? 0) & MARK.suspended) === 0,
    );
  });
}

/** How far a value may lie from the truth: what the source rounds away, no more. */
function toleranceOf(name: string, column: string, { capabilities }: DataSource): number {
  if (column === 'volume') {
    return capabilities.wholeLots ? 50 : 0;
  }
  // Tencent gives amounts in hundreds of CNY.
  return column === 'amount' && name === 'tencent' ? 50 * 10_000 : 0;
}

function checkAgainstTruth(
  adapter: AdapterCase,
  source: DataSource,
  bars: BarColumns,
  truth: TruthRow[],
): void {
  assert.equal(bars.length, truth.length, 'as many bars as there were sessions with a trade');
  for (const [row, { symbol, row: at, bars: true_ }] of truth.entries()) {
    assert.equal(bars.symbols[bars.symbolId[row] ?? 0], symbol);
    assert.equal(bars.tradingDay[row], true_.tradingDay[at]);
    for (const column of VALUE_COLUMNS) {
      const [got = 0, expected = 0] = [bars[column][row], true_[column][at]];
      if (missingReasonAt(bars, row, column) === MISSING.noColumn) {
        assert.ok(Number.isNaN(got));
        continue;
      }
      const isClose = Math.abs(got - expected) <= toleranceOf(adapter.name, column, source);
      assert.ok(isClose, `${symbol} row ${row} ${column}: got ${got}, expected ${expected}`);
    }
  }
}

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

    it('gives the truth in our units, order and symbols, for every board that it has', async () => {
      const request = { symbols: adapter.symbols, ...RANGE };

      const bars = await barsOf(source, request);

      checkAgainstTruth(adapter, source, bars, truthOf(adapter.symbols, RANGE));
    });

    it('says by its capabilities which columns it has', async () => {
      const bars = await barsOf(source, { symbols: [symbol], ...SHORT });

      const { hasAmount, hasPreClose } = source.capabilities;
      assert.equal(missingReasonAt(bars, 0, 'amount') === MISSING.given, hasAmount);
      assert.equal(missingReasonAt(bars, 0, 'preClose') === MISSING.given, hasPreClose);
    });

    it('makes no row of a range without a session', async () => {
      const days = { startDate: '2026-11-14', endDate: '2026-11-15' };

      const bars = await barsOf(source, { symbols: [symbol], ...days });

      assert.equal(bars.length, 0);
    });

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

    it('makes no row of a symbol that the source does not know, and serves the others', async () => {
      const symbols = [adapter.unknown, symbol];

      const bars = await barsOf(source, { symbols, ...SHORT });

      assert.deepEqual([...new Set(Array.from(bars.symbolId, (id) => bars.symbols[id]))], [symbol]);
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
