import type { LandedAnswer, SymbolFailure } from '../domain/batch.ts';
import { EtlError, TransientError } from '../domain/errors.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { BarsRequest, DataSource } from '../sources/data-source.ts';
import type { EtlActivities } from './contract.ts';
import type { BatchSpec, EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';

type ExtractDeps = Pick<
  EtlDeps,
  'runs' | 'landing' | 'staging' | 'sources' | 'clock' | 'failpoint'
>;

/** What a batch has got so far: answers landed, and symbols that nobody could serve yet. */
interface Harvest {
  readonly answers: LandedAnswer[];
  readonly refused: Map<StockSymbol, Error>;
  readonly hasMore: boolean;
}

/** Asks the sources in order for the batch's symbols, and lands each answer as it came before anything reads it. */
export function createExtractBatch(deps: ExtractDeps): EtlActivities['extractBatch'] {
  return async function extractBatch(task) {
    return withHeartbeat(async (signal) => {
      const spec = await deps.runs.readBatch(task.runId, task.batchNo);
      const skipped = new Set(spec.skipped);
      const wanted = spec.symbols.filter((symbol) => !skipped.has(symbol));
      const { answers, refused } = await harvest(deps, spec, wanted, signal);
      const failures = [...refused].map(([symbol, error]) => failureOf(symbol, error));
      await deps.runs.recordFailures(task.runId, task.batchNo, failures);
      deps.failpoint('extract.before_manifest');
      const manifest = await deps.staging.writeJson(
        `${task.runId}/${task.batchNo}/manifest.json`,
        answers,
      );
      const bytes = answers.reduce((sum, answer) => sum + answer.payload.bytes, 0);
      return {
        ...task,
        manifest,
        answers: answers.length,
        bytes,
        failedSymbols: failures.length,
      };
    });
  };
}

async function harvest(
  deps: ExtractDeps,
  spec: BatchSpec,
  wanted: readonly StockSymbol[],
  signal: AbortSignal,
): Promise<Harvest> {
  const answers: LandedAnswer[] = [];
  let refused = new Map<StockSymbol, Error>();
  let open = wanted;
  for (const [index, name] of spec.config.sources.entries()) {
    if (open.length === 0) {
      break;
    }
    const hasMore = index < spec.config.sources.length - 1;
    const request = requestOf(spec, open);
    refused = await askSource(deps, deps.sources.get(name), request, signal, { answers, hasMore });
    open = [...refused.keys()];
  }
  return { answers, refused, hasMore: false };
}

function requestOf(spec: BatchSpec, symbols: readonly StockSymbol[]): BarsRequest {
  const { startDate, endDate, config } = spec;
  return {
    symbols,
    startDate,
    endDate,
    ...(config.path === undefined ? {} : { path: config.path }),
  };
}

/** Lands what one source answers. @returns the symbols that it refused; the last source's own failure is thrown. */
async function askSource(
  deps: ExtractDeps,
  source: DataSource,
  request: BarsRequest,
  signal: AbortSignal,
  { answers, hasMore }: Pick<Harvest, 'answers' | 'hasMore'>,
): Promise<Map<StockSymbol, Error>> {
  const refused = new Map<StockSymbol, Error>();
  const served = new Set<StockSymbol>();
  try {
    for await (const answer of source.fetchBars(request, signal)) {
      if (answer.kind === 'refused') {
        answer.symbols.forEach((symbol) => refused.set(symbol, answer.error));
        continue;
      }
      answers.push({
        source: source.name,
        format: answer.format,
        request: answer.request,
        symbols: answer.symbols,
        fetchedAt: new Date(deps.clock.now()).toISOString(),
        payload: await deps.landing.land(answer.body),
      });
      answer.symbols.forEach((symbol) => served.add(symbol));
      deps.failpoint('extract.after_answer');
    }
  } catch (error) {
    if (!hasMore || signal.aborted) {
      throw error;
    }
    const cause = error instanceof Error ? error : new Error(String(error));
    request.symbols.filter((symbol) => !served.has(symbol)).forEach((s) => refused.set(s, cause));
  }
  for (const symbol of request.symbols) {
    if (!served.has(symbol) && !refused.has(symbol)) {
      refused.set(
        symbol,
        new TransientError(`${source.name} did not answer for ${symbol}`, { code: 'ETL-SRC-010' }),
      );
    }
  }
  return refused;
}

function failureOf(symbol: StockSymbol, error: Error): SymbolFailure {
  return error instanceof EtlError
    ? { symbol, code: error.code, message: error.headline }
    : { symbol, code: 'ETL-SRC-000', message: error.message };
}
