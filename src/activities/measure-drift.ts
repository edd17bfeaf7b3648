import { CALENDAR_DAYS, sessionsBetween } from '../calendar/trading-calendar.ts';
import { parseDriftInput } from '../config/training-input.ts';
import type { DriftMeasure, ModelVersion } from '../domain/anomaly-model.ts';
import { addDays, fromDayNumber, shanghaiDayAt, toDayNumber } from '../domain/trading-day.ts';
import type { LabelledRows } from '../quality/anomaly/training.ts';
import { driftVerdict } from '../quality/anomaly/drift.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import { joinRows } from './join-rows.ts';
import type { ModelActivities } from './model-contract.ts';
import { shuffled, warmUpFrom } from './train-model.ts';

type DriftDeps = Pick<EtlDeps, 'models' | 'cpu' | 'notify'>;

const CHUNK = 100;
const MAX_ROWS = 50_000;
/** The same symbols each week, so that weeks can be compared. */
const SEED = 1;

/** Measures how far recent bars are from those that each model in use was trained on. */
export function createMeasureDrift(deps: DriftDeps): ModelActivities['measureDrift'] {
  return async function measureDrift({ input, dueAt }) {
    return withHeartbeat(async (signal) => {
      const { daysBack } = parseDriftInput(input);
      const today = shanghaiDayAt(Date.parse(dueAt));
      // Of later days nothing is known, and no bar is stored.
      const lastDay = today < CALENDAR_DAYS.lastDay ? today : CALENDAR_DAYS.lastDay;
      const range = { firstDay: addDays(lastDay, 1 - daysBack), lastDay };
      const models = (await deps.models.list()).filter(({ status }) => status !== 'retired');
      if (models.length === 0) {
        return [];
      }
      const rows = await readRecent(deps, range, signal);
      const measures: DriftMeasure[] = [];
      for (const model of models) {
        const measure = await measureOne(deps, model, { ...range, rows, signal });
        await deps.models.saveDrift(measure);
        await tell(deps, model, measure);
        measures.push(measure);
      }
      return measures;
    });
  };
}

interface Range {
  readonly firstDay: string;
  readonly lastDay: string;
}

async function readRecent(
  { models, cpu }: DriftDeps,
  { firstDay, lastDay }: Range,
  signal: AbortSignal,
): Promise<LabelledRows> {
  const order = shuffled(await models.symbols(firstDay, lastDay), SEED);
  const first = toDayNumber(firstDay);
  const from = warmUpFrom(first);
  const sessions = sessionsBetween('SSE', fromDayNumber(from), lastDay);
  const parts: LabelledRows[] = [];
  let rows = 0;
  for (let at = 0; at < order.length && rows < MAX_ROWS; at += CHUNK) {
    const symbols = order.slice(at, at + CHUNK);
    const columns = await models.bars({ symbols, firstDay: from, lastDay: toDayNumber(lastDay) });
    const task = { columns, sessions, firstDay: first, seed: undefined };
    const part = await cpu.prepareRows(task, signal);
    parts.push(part);
    rows += part.kind.length;
  }
  return joinRows(parts);
}

async function measureOne(
  { models, cpu }: DriftDeps,
  { modelId, settings }: ModelVersion,
  { firstDay, lastDay, rows, signal }: Range & { rows: LabelledRows; signal: AbortSignal },
): Promise<DriftMeasure> {
  const { encoded, reference } = await models.stored(modelId);
  const { psi, flagged } = await cpu.measureDrift(
    { values: rows.values, encoded, reference },
    signal,
  );
  const worst = Math.max(0, ...Object.values(psi));
  return {
    modelId,
    firstDay,
    lastDay,
    rows: rows.kind.length,
    flagged,
    expectedShare: Number(settings['contamination'] ?? 0),
    psi,
    worst,
    verdict: driftVerdict(rows.kind.length, worst),
  };
}

async function tell(
  { notify }: DriftDeps,
  { modelId, kind }: ModelVersion,
  { verdict, worst, psi, firstDay, lastDay }: DriftMeasure,
): Promise<void> {
  if (verdict !== 'drifted') {
    return;
  }
  const feature = Object.keys(psi).find((name) => psi[name] === worst) ?? '';
  await notify({
    key: `model-drift/${modelId}`,
    severity: 'warning',
    errorClass: 'data_quality',
    code: 'ETL-MOD-301',
    title: `Bars from ${firstDay} to ${lastDay} are unlike those that model ${modelId} (${kind}) was trained on: ${feature} has a stability index of ${worst.toFixed(2)}`,
    meaning: 'The model may flag too much or too little; rules are not concerned.',
    action:
      "Look at the rules' hits of these days first; where they are quiet, run `candlewick models train`.",
    facts: { modelId, worst, feature, firstDay, lastDay },
  });
}
