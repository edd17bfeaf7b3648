import { createHash } from 'node:crypto';

import { CALENDAR_HORIZON, sessionsBetween } from '../calendar/trading-calendar.ts';
import type { ModelVersion } from '../domain/anomaly-model.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber, type DayNumber } from '../domain/trading-day.ts';
import type { LabelledRows } from '../quality/anomaly/training.ts';
import { openRandom } from '../quality/random.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import { joinRows } from './join-rows.ts';
import type {
  ModelActivities,
  TrainedModel,
  TrainingPlan,
  TrainingTask,
} from './model-contract.ts';
import { decideStatus } from './promote-model.ts';

type TrainDeps = Pick<EtlDeps, 'models' | 'cpu'>;

/** Symbols that are read at a time: they bound the memory. */
const CHUNK = 40;
/** Of a chunk so many go to the training; the others make the benchmark. */
const TRAINED = 0.75;
const WARM_UP_DAYS = 100;
const LEAST_ROWS = 500;

/** Trains one model on stored history, streaming, and decides whether it acts. A retry gives the same bytes and the same row. */
export function createTrainModel(deps: TrainDeps): ModelActivities['trainModel'] {
  return async function trainModel(task) {
    return withHeartbeat(async (signal) => {
      const { plan, kind } = task;
      const sample = await readSample(deps, plan, signal);
      const [active] = await deps.models.list({ kind, status: 'active' });
      const stored = active === undefined ? undefined : await deps.models.stored(active.modelId);
      const outcome = await deps.cpu.fitModel(
        {
          kind,
          train: sample.train,
          benchmark: sample.benchmark,
          seed: plan.seed,
          contamination: plan.contamination,
          active:
            active === undefined || stored === undefined
              ? undefined
              : { modelId: active.modelId, encoded: stored.encoded },
        },
        signal,
      );
      const saved = await deps.models.save({
        kind,
        trainedFrom: plan.startDate,
        trainedTo: plan.endDate,
        symbols: sample.symbols,
        rows: sample.train.kind.length,
        snapshotSha256: sample.sha256,
        settings: { seed: plan.seed, contamination: plan.contamination, maxRows: plan.maxRows },
        features: outcome.features,
        threshold: outcome.threshold,
        metrics: outcome.metrics,
        reference: outcome.reference,
        sha256: sha256Of(outcome.encoded),
        encoded: outcome.encoded,
      });
      return settle(deps, task, saved);
    });
  };
}

async function settle(
  deps: TrainDeps,
  { plan }: TrainingTask,
  saved: ModelVersion,
): Promise<TrainedModel> {
  const { activate, why } = decideStatus(saved, plan.activate);
  const model = activate
    ? await deps.models.activate({ modelId: saved.modelId, by: plan.jobId, why })
    : saved;
  const { modelId, kind, status, sha256, bytes, rows, symbols, metrics } = model;
  return { modelId, kind, status, sha256, bytes, rows, symbols, metrics, why };
}

interface Sample {
  readonly train: LabelledRows;
  readonly benchmark: LabelledRows;
  readonly symbols: number;
  readonly sha256: string;
}

/** Rows of symbols in an order drawn by the seed, until there are enough of them. */
async function readSample(
  deps: TrainDeps,
  plan: TrainingPlan,
  signal: AbortSignal,
): Promise<Sample> {
  const order = shuffled(await deps.models.symbols(plan.startDate, plan.endDate), plan.seed);
  const train: LabelledRows[] = [];
  const benchmark: LabelledRows[] = [];
  let rows = 0;
  let symbols = 0;
  for (let at = 0; at < order.length && rows < plan.maxRows; at += CHUNK) {
    const chunk = order.slice(at, at + CHUNK);
    const middle = Math.max(1, Math.floor(TRAINED * chunk.length));
    const trained = await prepare(deps, plan, { symbols: chunk.slice(0, middle), at, signal });
    const tested = await prepare(deps, plan, { symbols: chunk.slice(middle), at: at + 1, signal });
    train.push(trained);
    benchmark.push(tested);
    rows += trained.kind.length + tested.kind.length;
    symbols += chunk.length;
  }
  const all = { train: joinRows(train), benchmark: joinRows(benchmark) };
  if (all.train.kind.length < LEAST_ROWS || all.benchmark.kind.length < LEAST_ROWS / 4) {
    throw new ConfigurationError(
      `Too little history from ${plan.startDate} to ${plan.endDate}: ${rows} rows of ${symbols} symbols, and a model needs at least ${LEAST_ROWS} to learn from and others to be tested on`,
      { code: 'ETL-MOD-102', hint: 'load more bars first, or widen start_date and end_date.' },
    );
  }
  return { ...all, symbols, sha256: sha256Of(all.train.values, all.train.kind) };
}

interface Part {
  readonly symbols: readonly StockSymbol[];
  readonly at: number;
  readonly signal: AbortSignal;
}

async function prepare(
  { models, cpu }: TrainDeps,
  { startDate, endDate, seed }: TrainingPlan,
  { symbols, at, signal }: Part,
): Promise<LabelledRows> {
  const firstDay = toDayNumber(startDate);
  const lastDay = toDayNumber(endDate);
  const from = warmUpFrom(firstDay);
  const columns = await models.bars({ symbols, firstDay: from, lastDay });
  return cpu.prepareRows(
    {
      columns,
      sessions: sessionsBetween('SSE', fromDayNumber(from), endDate),
      firstDay,
      seed: seed + at,
    },
    signal,
  );
}

/** Features look back: so many days before the first are read, as far as the calendar reaches. */
export function warmUpFrom(firstDay: DayNumber): DayNumber {
  return Math.max(CALENDAR_HORIZON.firstDay, firstDay - WARM_UP_DAYS);
}

/** In an order drawn by the seed: the same symbols give the same order. */
export function shuffled(symbols: readonly StockSymbol[], seed: number): readonly StockSymbol[] {
  const random = openRandom(seed);
  return symbols
    .map((symbol) => ({ symbol, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ symbol }) => symbol);
}

function sha256Of(...parts: readonly (Uint8Array | Float32Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash.digest('hex');
}
