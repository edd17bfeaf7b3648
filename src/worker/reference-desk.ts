import { setTimeout as pause } from 'node:timers/promises';

import type { Landing, ReferenceDesk, ReferenceWish, SourceSet } from '../activities/deps.ts';
import { findSource } from '../activities/find-source.ts';
import type { ReferenceDataset } from '../domain/dataset.ts';
import { EtlError } from '../domain/errors.ts';
import type { Notify } from '../domain/notice.ts';
import { sourcesOfDataset } from '../domain/source-order.ts';
import { toDayNumber } from '../domain/trading-day.ts';
import type { DataSource } from '../sources/data-source.ts';
import { datasetDecoders } from '../sources/decoders.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { freshDatasets, recordRefresh, storeReference } from '../warehouse/reference-data.ts';
import { checkCalendar } from './calendar-check.ts';

export interface ReferenceDeskOptions {
  readonly warehouse: Warehouse;
  readonly sources: SourceSet;
  readonly landing: Landing;
  readonly notify: Notify;
}

/** Days up to which the whole market's data is fetched for a plan; beyond, that of named symbols only, if they are few. */
const MARKET_DAYS = 31;
const FEW_SYMBOLS = 50;
/** What a run is planned and judged by, in this order: the calendar is checked before anything relies on it. */
const NEEDED: readonly ReferenceDataset[] = [
  'trading_calendar',
  'instruments',
  'suspensions',
  'adjustment_factors',
];
/** What readers and rules like to have beside: that no source has it is no news. */
const BESIDE: readonly ReferenceDataset[] = [
  'st_status',
  'price_limits',
  'daily_basics',
  'symbol_changes',
];
/** Reference data of the same days is not fetched again within half a day. */
const FRESH_SECONDS = 12 * 3600;
/** A run does not wait for reference data longer than this: it goes on with what is known. */
const PATIENCE_MS = 120_000;
/** Our own quota is used up: worth waiting for. */
const QUOTA_USED_UP = 'ETL-SRC-230';

/** Refreshes reference data from the first source that has it. What cannot be had is said, and never stops a run. */
export function createReferenceDesk(options: ReferenceDeskOptions): ReferenceDesk {
  return {
    refresh: (wish, signal) => refreshAll(options, wish, neededFor(wish), signal),
    refreshFactors: (wish, signal) => refreshAll(options, wish, ['adjustment_factors'], signal),
  };
}

/** Of a long range of the whole market the rest would take longer than the bars: its batches fetch their factors. */
function neededFor({ symbols, startDate, endDate }: ReferenceWish): readonly ReferenceDataset[] {
  const isShort = toDayNumber(endDate) - toDayNumber(startDate) <= MARKET_DAYS;
  const areFew = symbols.length > 0 && symbols.length <= FEW_SYMBOLS;
  return isShort || areFew ? [...NEEDED, ...BESIDE] : NEEDED.slice(0, 2);
}

async function refreshAll(
  options: ReferenceDeskOptions,
  wish: ReferenceWish,
  datasets: readonly ReferenceDataset[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const errands = datasets.flatMap((dataset): Errand[] => {
    const able = sourcesWith(options.sources, wish, dataset);
    return able === undefined ? [] : [{ options, wish, dataset, able }];
  });
  if (errands.length === 0) {
    return [];
  }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const symbols = wish.symbols.length === 0 ? undefined : wish.symbols;
  const fresh = await freshDatasets(options.warehouse, { ...wish, symbols }, FRESH_SECONDS);
  const stale = errands.filter(({ dataset }) => !fresh.has(dataset));
  const notes: string[] = [];
  // The calendar first, then all at once: what a source takes at the same time is for its gate to say.
  for (const isFirst of [true, false]) {
    const group = stale.filter(({ dataset }) => (dataset === 'trading_calendar') === isFirst);
    notes.push(...(await Promise.all(group.map((errand) => noteOf(errand, limited)))).flat());
    signal.throwIfAborted();
  }
  return notes;
}

/**
 * Those of the sources in order that have a dataset. undefined where nobody expects it of them: they are files, or have
 * nothing but bars; one that is not configured is for the job itself to complain of.
 */
function sourcesWith(
  sources: SourceSet,
  wish: ReferenceWish,
  dataset: ReferenceDataset,
): readonly DataSource[] | undefined {
  const remote = sources.expand(sourcesOfDataset(wish, dataset)).flatMap((name) => {
    const source = findSource(sources, name);
    return source?.fetchDataset === undefined ? [] : [source];
  });
  const able = remote.filter(({ capabilities }) => capabilities.datasets.includes(dataset));
  // Some sources have no list of suspensions, but a row for each day without a trade.
  const isInRows =
    dataset === 'suspensions' && remote.some(({ capabilities }) => capabilities.reportsSuspensions);
  const isExpected = isInRows || BESIDE.includes(dataset) ? able.length > 0 : remote.length > 0;
  return isExpected ? able : undefined;
}

interface Errand {
  readonly options: ReferenceDeskOptions;
  readonly wish: ReferenceWish;
  readonly dataset: ReferenceDataset;
  readonly able: readonly DataSource[];
}

async function noteOf(errand: Errand, signal: AbortSignal): Promise<readonly string[]> {
  const fault = await refreshOne(errand, signal);
  return fault === undefined
    ? []
    : [`${errand.dataset.replaceAll('_', ' ')} kept as they were: ${fault}`];
}

/** @returns why no source gave the dataset, where none did */
async function refreshOne(errand: Errand, signal: AbortSignal): Promise<string | undefined> {
  let fault = 'none of the sources has them';
  for (const source of errand.able) {
    try {
      await withinQuota(() => fetchAndStore(errand, source, signal), signal);
      return undefined;
    } catch (error) {
      if (signal.aborted) {
        return 'their source took too long';
      }
      const isOfSource = error instanceof EtlError && error.errorClass !== 'system';
      if (!isOfSource && !BESIDE.includes(errand.dataset)) {
        throw error;
      }
      fault = error instanceof EtlError ? error.headline : String(error);
    }
  }
  return fault;
}

/** Again when our own quota allows it, until patience ends. */
async function withinQuota(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof EtlError) || error.code !== QUOTA_USED_UP) {
        throw error;
      }
      await pause(error.retryAfterMs ?? 1000, undefined, { signal });
    }
  }
}

async function fetchAndStore(
  { options, wish, dataset }: Errand,
  source: DataSource,
  signal: AbortSignal,
): Promise<void> {
  const { warehouse, landing, notify } = options;
  const { startDate, endDate, symbols, callPriority: priority = 'daily' } = wish;
  const request = { dataset, symbols, startDate, endDate, priority };
  const payloads: string[] = [];
  let isOfMarket = true;
  let rows = 0;
  let changed = 0;
  for await (const answer of source.fetchDataset?.(request, signal) ?? []) {
    // Landed first, like bars: what stands in the tables can be derived again.
    const { sha256 } = await landing.land(answer.body);
    const batch = datasetDecoders[answer.format]?.(answer.body, answer.request);
    if (batch === undefined) {
      throw new TypeError(`No decoder for the format ${answer.format}`);
    }
    payloads.push(sha256);
    isOfMarket &&= answer.scope === 'market';
    rows += batch.rows.length;
    changed += await storeReference({ warehouse, source: source.name }, batch);
    await checkCalendar(batch, source.name, notify);
  }
  await recordRefresh(warehouse, {
    dataset,
    source: source.name,
    symbols: isOfMarket || symbols.length === 0 ? undefined : symbols,
    startDate,
    endDate,
    rows,
    changed,
    payloads,
  });
}
