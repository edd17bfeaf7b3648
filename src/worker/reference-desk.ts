import type { Landing, ReferenceDesk, ReferenceWish, SourceSet } from '../activities/deps.ts';
import { CALENDAR_HORIZON, isSession } from '../calendar/trading-calendar.ts';
import type { CalendarRow, DatasetBatch, ReferenceDataset } from '../domain/dataset.ts';
import { EtlError } from '../domain/errors.ts';
import { sourcesOfDataset } from '../domain/source-order.ts';
import type { Notify } from '../domain/notice.ts';
import { fromDayNumber, toDayNumber } from '../domain/trading-day.ts';
import type { DataSource } from '../sources/data-source.ts';
import { datasetDecoders } from '../sources/decoders.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { freshDatasets, recordRefresh, storeReference } from '../warehouse/reference-data.ts';

export interface ReferenceDeskOptions {
  readonly warehouse: Warehouse;
  readonly sources: SourceSet;
  readonly landing: Landing;
  readonly notify: Notify;
}

/** Days up to which the whole market's data is fetched; beyond, that of named symbols only, if they are few. */
const MARKET_DAYS = 31;
const FEW_SYMBOLS = 50;
/** What a run needs to be planned and judged by, in this order: the calendar is checked before anything relies on it. */
const NEEDED: readonly ReferenceDataset[] = [
  'trading_calendar',
  'instruments',
  'suspensions',
  'adjustment_factors',
];
/** Reference data of the same days is not fetched again within half a day. */
const FRESH_SECONDS = 12 * 3600;
/** A run does not wait for reference data longer than this: it goes on with what is known. */
const PATIENCE_MS = 120_000;

/** Refreshes reference data from the first source that has it. What cannot be had is said, and never stops a run. */
export function createReferenceDesk(options: ReferenceDeskOptions): ReferenceDesk {
  return {
    async refresh(wish, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
      const fresh = await freshDatasets(options.warehouse, wish, FRESH_SECONDS);
      const notes: string[] = [];
      for (const dataset of neededFor(wish).filter((name) => !fresh.has(name))) {
        const candidates = remoteSources(options.sources, sourcesOfDataset(wish, dataset));
        const errand = { options, candidates, wish, dataset };
        const fault = candidates.length === 0 ? undefined : await refreshOne(errand, limited);
        signal.throwIfAborted();
        if (fault !== undefined) {
          notes.push(`${dataset.replaceAll('_', ' ')} kept as they were: ${fault}`);
        }
      }
      return notes;
    },
  };
}

/** Of a long range of the whole market, suspensions and factors would take longer than the bars: backfill them by symbols. */
function neededFor({ symbols, startDate, endDate }: ReferenceWish): readonly ReferenceDataset[] {
  const isShort = toDayNumber(endDate) - toDayNumber(startDate) <= MARKET_DAYS;
  const areFew = symbols.length > 0 && symbols.length <= FEW_SYMBOLS;
  return isShort || areFew ? NEEDED : NEEDED.slice(0, 2);
}

/** Those of a job's sources that have more than bars; one that is not configured is for the job itself to complain of. */
function remoteSources(sources: SourceSet, names: readonly string[]): readonly DataSource[] {
  return sources.expand(names).flatMap((name) => {
    try {
      const source = sources.get(name);
      return source.fetchDataset === undefined ? [] : [source];
    } catch {
      return [];
    }
  });
}

interface Errand {
  readonly options: ReferenceDeskOptions;
  readonly candidates: readonly DataSource[];
  readonly wish: ReferenceWish;
  readonly dataset: ReferenceDataset;
}

/** @returns why no source gave the dataset, where none did */
async function refreshOne(errand: Errand, signal: AbortSignal): Promise<string | undefined> {
  const able = errand.candidates.filter(({ capabilities }) =>
    capabilities.datasets.includes(errand.dataset),
  );
  let fault = 'none of the sources has them';
  for (const source of able) {
    try {
      await fetchAndStore(errand, source, signal);
      return undefined;
    } catch (error) {
      if (!(error instanceof EtlError) || error.errorClass === 'system') {
        if (!signal.aborted) {
          throw error;
        }
        return 'their source took too long';
      }
      fault = error.headline;
    }
  }
  return fault;
}

async function fetchAndStore(
  { options, wish, dataset }: Errand,
  source: DataSource,
  signal: AbortSignal,
): Promise<void> {
  const { warehouse, landing, notify } = options;
  const { startDate, endDate } = wish;
  const request = { dataset, symbols: wish.symbols, startDate, endDate };
  const payloads: string[] = [];
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
    rows += batch.rows.length;
    changed += await storeReference({ warehouse, source: source.name }, batch);
    await checkCalendar(batch, source.name, notify);
  }
  await recordRefresh(warehouse, {
    dataset,
    source: source.name,
    startDate,
    endDate,
    rows,
    changed,
    payloads,
  });
}

/** The calendar is the program's: a source that says otherwise is a reason to look, never to overwrite it. */
async function checkCalendar(batch: DatasetBatch, source: string, notify: Notify): Promise<void> {
  if (batch.dataset !== 'trading_calendar') {
    return;
  }
  const { firstDay, lastDay } = CALENDAR_HORIZON;
  const differing = batch.rows.filter(
    ({ exchange, day, isOpen }: CalendarRow) =>
      day >= firstDay && day <= lastDay && isSession(exchange, day) !== isOpen,
  );
  const [first] = differing;
  if (first === undefined) {
    return;
  }
  const what = `${first.exchange} ${fromDayNumber(first.day)} is ${first.isOpen ? 'a session' : 'closed'}`;
  await notify({
    key: `calendar/${source}/${first.exchange}/${first.day}`,
    severity: 'critical',
    errorClass: 'data_quality',
    code: 'ETL-SRC-350',
    title: `${source} has another trading calendar: ${what}, and ${differing.length - 1} more`,
    meaning: 'Coverage and rules go by the calendar of this program: one of the two is wrong.',
    action:
      'compare both with the notice of the exchange, and update the program where it is wrong.',
    facts: {
      source,
      exchange: first.exchange,
      day: fromDayNumber(first.day),
      days: differing.length,
    },
  });
}
