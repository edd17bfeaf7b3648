import { allocateBarColumns, takeRows, type BarColumns } from '../src/domain/bar.ts';
import { judgeFully } from '../src/quality/judge.ts';
import { openRandom } from '../src/quality/random.ts';
import type { JudgeContext } from '../src/quality/verdict.ts';

/**
 * Rows judged per CPU second: clean bars of 1,000 symbols × 1,000 sessions, and the same with one row in a hundred wrong.
 * Prints one JSON line.
 */

const SYMBOLS = 1_000;
const SESSIONS = 1_000;
const FIRST_DAY = 15_000;

function cleanBars(symbols: number, sessions: number): BarColumns {
  const names = Array.from({ length: symbols }, (_, id) => `${600_000 + id}.SH`);
  const bars = allocateBarColumns(symbols * sessions, names);
  const random = openRandom(1);
  for (let id = 0; id < symbols; id += 1) {
    let last = 100 * Math.round(500 + 4_500 * random());
    const usual = 1e6 * (1 + 20 * random());
    for (let session = 0; session < sessions; session += 1) {
      const row = id * sessions + session;
      const open = tick(last * (1 + 0.02 * (random() - 0.5)));
      const close = tick(last * (1 + 0.06 * (random() - 0.5)));
      bars.symbolId[row] = id;
      bars.tradingDay[row] = FIRST_DAY + session;
      bars.open[row] = open;
      bars.close[row] = close;
      bars.high[row] = Math.max(open, close) + 100 * Math.floor(10 * random());
      bars.low[row] = Math.min(open, close) - 100 * Math.floor(10 * random());
      bars.preClose[row] = last;
      bars.volume[row] = Math.floor(usual * (0.6 + random()));
      const mean = ((bars.high[row] ?? 0) + (bars.low[row] ?? 0)) / 2;
      bars.amount[row] = Math.round((mean * (bars.volume[row] ?? 0)) / 100) * 100;
      last = close;
    }
  }
  return bars;
}

function tick(price: number): number {
  return Math.max(1_000, Math.round(price / 100) * 100);
}

/** Every hundredth row with high and low exchanged. */
function spoilt(bars: BarColumns): BarColumns {
  const copy = takeRows(
    bars,
    Uint32Array.from({ length: bars.length }, (_, row) => row),
  );
  for (let row = 50; row < copy.length; row += 100) {
    const high = copy.high[row] ?? 0;
    copy.high[row] = copy.low[row] ?? 0;
    copy.low[row] = high;
  }
  return copy;
}

function measure(bars: BarColumns, context: JudgeContext): { rate: number; hits: number } {
  let best = Number.POSITIVE_INFINITY;
  let hits = 0;
  for (let round = 0; round < 3; round += 1) {
    const start = process.cpuUsage();
    hits = judgeFully(bars, context).report.hits.length;
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  return { rate: Math.round(bars.length / best), hits };
}

const bars = cleanBars(SYMBOLS, SESSIONS);
const context: JudgeContext = {
  sessions: Int32Array.from({ length: SESSIONS }, (_, session) => FIRST_DAY + session),
  startDay: FIRST_DAY,
  endDay: FIRST_DAY + SESSIONS - 1,
  instruments: new Map(),
  lastClose: new Map(),
  suspensions: new Map(),
  symbols: bars.symbols,
  qualityThreshold: 0.7,
  cleanData: true,
};
const clean = measure(bars, context);
const dirty = measure(spoilt(bars), context);
console.log(
  JSON.stringify({
    rows: bars.length,
    rows_per_cpu_s_clean: clean.rate,
    hits_clean: clean.hits,
    rows_per_cpu_s_dirty: dirty.rate,
    hits_dirty: dirty.hits,
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
