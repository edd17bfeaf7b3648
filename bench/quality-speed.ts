import { parseArgs } from 'node:util';

import { allocateBarColumns, takeRows, type BarColumns } from '../src/domain/bar.ts';
import { judgeBars, judgeFully } from '../src/quality/judge.ts';
import { openRandom } from '../src/quality/random.ts';
import { detailOf } from '../src/quality/verdict-detail.ts';
import type { JudgeContext } from '../src/quality/verdict.ts';

/**
 * Rows judged per CPU second: clean bars of 1,000 symbols × 1,000 sessions, and the same with one row in a hundred wrong.
 * With `--rows N`: so many rows, streamed in batches of 250,000, and how the peak of memory grows. Prints one JSON line.
 */

const SYMBOLS = 1_000;
const SESSIONS = 1_000;
/** A batch of ETL_BATCH_ROWS, 250,000 rows. */
const BATCH_SYMBOLS = 250;
const FIRST_DAY = 15_000;

function cleanBars(symbols: number, sessions: number, seed = 1): BarColumns {
  const names = Array.from({ length: symbols }, (_, id) => `${600_000 + id}.SH`);
  const bars = allocateBarColumns(symbols * sessions, names);
  const random = openRandom(seed);
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

function contextOf({ symbols }: BarColumns): JudgeContext {
  return {
    sessions: Int32Array.from({ length: SESSIONS }, (_, session) => FIRST_DAY + session),
    startDay: FIRST_DAY,
    endDay: FIRST_DAY + SESSIONS - 1,
    instruments: new Map(),
    lastClose: new Map(),
    suspensions: new Map(),
    symbols,
    qualityThreshold: 0.7,
    cleanData: true,
  };
}

function peakRssMb(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

/** One million rows, clean and dirty, the best of three rounds each. */
function compareCleanAndDirty(): object {
  const bars = cleanBars(SYMBOLS, SESSIONS);
  const clean = measure(bars, contextOf(bars));
  const dirty = measure(spoilt(bars), contextOf(bars));
  return {
    rows: bars.length,
    rows_per_cpu_s_clean: clean.rate,
    hits_clean: clean.hits,
    rows_per_cpu_s_dirty: dirty.rate,
    hits_dirty: dirty.hits,
    peak_rss_mb: peakRssMb(),
  };
}

/** Many rows as the validate stage meets them: batch by batch, each with the verdict that is kept of it; every second dirty. */
function stream(rows: number): object {
  const batches = Math.ceil(rows / (BATCH_SYMBOLS * SESSIONS));
  const peaks: number[] = [];
  let cpuSeconds = 0;
  let judged = 0;
  let findings = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const clean = cleanBars(BATCH_SYMBOLS, SESSIONS, batch + 1);
    const bars = batch % 2 === 0 ? clean : spoilt(clean);
    const start = process.cpuUsage();
    const verdict = judgeBars(bars, contextOf(bars));
    findings += detailOf(verdict, { ruleset: 'bench', rules: {} }).findings.length;
    const { user, system } = process.cpuUsage(start);
    cpuSeconds += (user + system) / 1e6;
    judged += bars.length;
    peaks.push(peakRssMb());
  }
  return {
    rows: judged,
    batches,
    rows_per_cpu_s: Math.round(judged / cpuSeconds),
    findings,
    peak_rss_mb_after_tenth: peaks[Math.floor((batches - 1) / 10)],
    peak_rss_mb: peaks.at(-1),
  };
}

// As every bench takes it: here the result is JSON anyway.
const { values: options } = parseArgs({
  options: { rows: { type: 'string' }, json: { type: 'boolean' } },
});
const wanted = Number(options.rows ?? 0);
if (!Number.isSafeInteger(wanted) || wanted < 0) {
  console.error('Usage: bench:quality-speed [-- --rows 10000000]');
  process.exit(2);
}
console.log(JSON.stringify(wanted === 0 ? compareCleanAndDirty() : stream(wanted)));
