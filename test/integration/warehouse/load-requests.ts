import {
  allocateBarColumns,
  MISSING,
  MONEY_SCALE,
  VALUE_COLUMNS,
  type BarColumns,
} from '../../../src/domain/bar.ts';
import type { LandedAnswer } from '../../../src/domain/batch.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import type { LoadRequest } from '../../../src/warehouse/load-batch.ts';

/** A bar as a test names it: only what matters, in CNY and shares; `null` = missing. */
export interface TestBar {
  readonly symbol?: string;
  readonly day?: string;
  readonly open?: number;
  readonly high?: number;
  readonly low?: number;
  readonly close?: number;
  readonly preClose?: number | null;
  readonly volume?: number;
  readonly amount?: number | null;
  readonly answer?: number;
  /** The layout has no preClose and amount. */
  readonly hasFewColumns?: boolean;
}

const TYPICAL = {
  open: 10,
  high: 10.5,
  low: 9.8,
  close: 10.2,
  preClose: 9.9,
  volume: 1000,
  amount: 10_100,
};

function scaled(value: number | null): number {
  return value === null ? Number.NaN : Math.round(value * MONEY_SCALE * 1e6) / 1e6;
}

/** Bars as columns, sorted by key. */
export function barColumns(bars: readonly TestBar[]): BarColumns {
  const full = bars
    .map((bar) => ({ symbol: '600000.SH', day: '2024-01-02', ...bar }))
    .toSorted((a, b) => (a.symbol + a.day < b.symbol + b.day ? -1 : 1));
  const symbols = [...new Set(full.map(({ symbol }) => symbol))].toSorted();
  const columns = allocateBarColumns(full.length, symbols);
  for (const [row, bar] of full.entries()) {
    columns.symbolId[row] = symbols.indexOf(bar.symbol);
    columns.tradingDay[row] = toDayNumber(bar.day);
    columns.answer[row] = bar.answer ?? 0;
    for (const [index, column] of VALUE_COLUMNS.entries()) {
      const value = bar[column] === undefined ? TYPICAL[column] : bar[column];
      columns[column][row] = column === 'volume' ? (value ?? Number.NaN) : scaled(value);
      if (value === null) {
        const reason = bar.hasFewColumns === true ? MISSING.noColumn : MISSING.empty;
        columns.missing[row] = (columns.missing[row] ?? 0) | (reason << (4 * index));
      }
    }
  }
  return columns;
}

export function landedAnswer(source: string): LandedAnswer {
  return {
    source,
    format: `${source}.daily/1`,
    request: { day: '2024-01-02' },
    symbols: [],
    fetchedAt: '2024-01-02T08:00:00.000Z',
    payload: { sha256: `sha-of-${source}`, bytes: 123, storedBytes: 45, encoding: 'zstd' },
  };
}

let batches = 0;

/** A load of `bars`, as a batch of its own. */
export function loadRequest(
  bars: readonly TestBar[] | BarColumns,
  changes: Partial<LoadRequest> = {},
): LoadRequest {
  batches += 1;
  return {
    batchKey: `run-1/${batches}`,
    jobId: 'job-1',
    runId: 'run-1',
    batchNo: batches,
    attempt: 1,
    columns: 'symbolId' in bars ? bars : barColumns(bars),
    answers: [landedAnswer('tushare'), landedAnswer('akshare')],
    mode: 'update',
    quarantined: { columns: allocateBarColumns(0, []), findings: [] },
    suspensions: [],
    verdict: { score: 0.9, dimensions: { validity: 1 }, hits: {}, symbolScores: {} },
    stagedSha256: 'staged',
    transformVersion: '1',
    ...changes,
  };
}
