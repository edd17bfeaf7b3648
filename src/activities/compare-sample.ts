import type { BarColumns } from '../domain/bar.ts';
import type { Notice } from '../domain/notice.ts';
import type { SourceDifference, SourceSample } from '../domain/source-sample.ts';
import { exchangeOf, type StockSymbol } from '../domain/stock-symbol.ts';
import { toDayNumber } from '../domain/trading-day.ts';
import { differencesBetween } from '../quality/source-differences.ts';
import type { DataSource } from '../sources/data-source.ts';
import type { DrawnSample } from '../warehouse/source-samples.ts';
import type { RunIdentity } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { askSource } from './extract/ask-source.ts';
import { isLocal, type Asking } from './extract/harvest-state.ts';
import { findSource } from './find-source.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { QualityDeps } from './quality-deps.ts';
import type { SampleActivities, SampleOutcome } from './sample-contract.ts';

type SampleDeps = Pick<QualityDeps, 'checks' | 'samples'> &
  Pick<
    EtlDeps,
    | 'runs'
    | 'sources'
    | 'desk'
    | 'landing'
    | 'staging'
    | 'cpu'
    | 'clock'
    | 'failpoint'
    | 'notify'
    | 'planning'
  >;

const NOTHING: SampleOutcome = { symbols: 0, compared: 0, bars: 0, differing: 0, sources: [] };
const SHOWN = 3;

/** What the sample has got so far. */
interface Comparison {
  readonly open: Set<StockSymbol>;
  readonly sources: string[];
  readonly reasons: string[];
  readonly differences: SourceDifference[];
  bars: number;
}

/**
 * After a daily run: a few symbols, the same for the same day, are asked of another source than the one that served them. It
 * decides nothing: what differs is kept with both values, and told. A source that rests or has no calls left is not asked.
 */
export function createCompareSample(deps: SampleDeps): SampleActivities {
  return {
    async compareSample(run) {
      return withHeartbeat(async (signal) => {
        const size = deps.planning.sampleSymbols ?? 0;
        const drawn = size === 0 ? undefined : await deps.samples.draw(run.runId, size);
        if (drawn === undefined) {
          return { ...NOTHING, abstained: size === 0 ? 'switched off' : 'the run has no bars' };
        }
        const sample = await compare(deps, run, drawn, signal);
        await deps.samples.record(sample);
        const differing = new Set(sample.differences.map(keyOf)).size;
        if (differing > 0) {
          await deps.notify(noticeOf(sample, differing));
        }
        const { symbols, compared, bars, sources, abstained } = sample;
        return {
          symbols,
          compared,
          bars,
          differing,
          sources,
          ...(abstained === undefined ? {} : { abstained }),
        };
      });
    },
  };
}

async function compare(
  deps: SampleDeps,
  run: RunIdentity,
  drawn: DrawnSample,
  signal: AbortSignal,
): Promise<SourceSample> {
  const { config } = await deps.runs.readBatch(run.runId, drawn.batchNo);
  const servedBy = new Map(drawn.symbols.map(({ symbol, source }) => [symbol, source]));
  const stored = await deps.checks.readColumns([...servedBy.keys()], drawn);
  const state: Comparison = {
    open: new Set(servedBy.keys()),
    sources: [],
    reasons: [],
    differences: [],
    bars: 0,
  };
  const names = deps.sources.expand([...new Set([...config.sources, ...deps.planning.sources])]);
  for (const name of new Set(names)) {
    const source = findSource(deps.sources, name);
    const symbols = [...state.open].filter(
      (symbol) => servedBy.get(symbol) !== name && source !== undefined && serves(source, symbol),
    );
    if (source !== undefined && symbols.length > 0 && !isLocal(source)) {
      await compareWith({ deps, run, drawn, stored, servedBy, state }, { source, symbols, signal });
    }
  }
  const { runId, jobId } = run;
  return {
    runId,
    jobId,
    startDate: drawn.startDate,
    endDate: drawn.endDate,
    symbols: servedBy.size,
    compared: servedBy.size - state.open.size,
    bars: state.bars,
    sources: state.sources,
    differences: state.differences,
    abstained: state.open.size === 0 ? undefined : reasonOf(state),
  };
}

function reasonOf({ open, reasons }: Comparison): string {
  const why = reasons[0] ?? 'no second source that is not on this machine is configured for them';
  return `${open.size} symbols were not compared: ${why}`.slice(0, 500);
}

function serves({ capabilities }: DataSource, symbol: StockSymbol): boolean {
  const exchange = exchangeOf(symbol);
  return exchange !== undefined && capabilities.markets.includes(exchange);
}

interface Sampling {
  readonly deps: SampleDeps;
  readonly run: RunIdentity;
  readonly drawn: DrawnSample;
  readonly stored: BarColumns;
  readonly servedBy: ReadonlyMap<StockSymbol, string>;
  readonly state: Comparison;
}

interface Asked {
  readonly source: DataSource;
  readonly symbols: readonly StockSymbol[];
  readonly signal: AbortSignal;
}

/** Asks one source for what is open, lands its answers before anything reads them, and compares. */
async function compareWith(sampling: Sampling, asked: Asked): Promise<void> {
  const { deps, drawn, stored, servedBy, state } = sampling;
  const { source, symbols, signal } = asked;
  const shape = source.endpoints.symbol === undefined ? 'session' : 'symbol';
  const endpoint = source.endpoints[shape] ?? source.endpoints.any ?? '';
  const refusal = await deps.desk.refusal(source.name, endpoint);
  if (refusal !== undefined) {
    state.reasons.push(refusal.reason);
    return;
  }
  const { startDate, endDate } = drawn;
  const startedAt = new Date(deps.clock.now()).toISOString();
  const asking: Asking = { source: source.name, startedAt, answers: [], served: [] };
  // As a backfill asks: the calls that daily runs need are left alone.
  const request = { symbols, startDate, endDate, shape, priority: 'backfill' } as const;
  const end = await askSource(deps, source, request, { asking, signal });
  if (end.error !== undefined) {
    state.reasons.push(end.error.message);
  }
  state.reasons.push(...[...end.refused.values()].slice(0, 1).map(({ message }) => message));
  if (asking.answers.length === 0) {
    return;
  }
  const other = await readAnswers(sampling, asked, asking);
  const { bars, differences } = differencesBetween(stored, other);
  const served = new Set(other.symbolId);
  const names = new Set([...served].map((id) => other.symbols[id] ?? ''));
  symbols.filter((symbol) => names.has(symbol)).forEach((symbol) => state.open.delete(symbol));
  state.bars += bars;
  state.sources.push(source.name);
  state.differences.push(
    ...differences.map((difference) => ({
      ...difference,
      source: servedBy.get(difference.symbol) ?? '',
      otherSource: source.name,
    })),
  );
}

/** The landed answers as bars, only of the symbols that were asked for. */
async function readAnswers(
  { deps, run, drawn }: Sampling,
  { source, symbols, signal }: Asked,
  { answers }: Asking,
): Promise<BarColumns> {
  const { staged } = await deps.cpu.transform(
    {
      key: `${run.runId}/sample/${source.name}.arrow`,
      answers,
      symbols,
      startDay: toDayNumber(drawn.startDate),
      endDay: toDayNumber(drawn.endDate),
    },
    signal,
  );
  return (await deps.staging.readColumns(staged)).columns;
}

function keyOf({ symbol, tradingDay }: SourceDifference): string {
  return `${symbol}/${tradingDay}`;
}

function noticeOf(sample: SourceSample, differing: number): Notice {
  const { differences, bars, sources, compared, runId, startDate, endDate } = sample;
  const examples = differences.slice(0, SHOWN).map(textOf).join('; ');
  return {
    key: 'quality:cross-source',
    severity: 'warning',
    errorClass: 'data_quality',
    code: 'ETL-QUA-030',
    title: `${differing} of ${bars} sampled bars differ from ${sources.join(', ')}: ${examples}`,
    meaning:
      'Two sources disagree beyond rounding, and two alone do not tell which is wrong. The stored values stay.',
    action: `Look at them with candlewick quality differences --run ${runId}, and ask a third source.`,
    facts: { runId, startDate, endDate, symbols: compared, bars, differing },
  };
}

/** As people read it: prices in CNY, volume in shares. */
function textOf(difference: SourceDifference): string {
  const { symbol, tradingDay, field, value, otherValue, source, otherSource } = difference;
  const scale = field === 'volume' ? 1 : 10_000;
  return `${symbol} ${tradingDay} ${field} ${value / scale} (${source}) or ${otherValue / scale} (${otherSource})`;
}
