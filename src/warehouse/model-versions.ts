import type {
  DriftMeasure,
  DriftReference,
  ModelKind,
  ModelMetrics,
  ModelStatus,
  ModelVersion,
  NewModel,
} from '../domain/anomaly-model.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';

interface ModelRow {
  readonly model_id: number;
  readonly kind: ModelKind;
  readonly status: ModelStatus;
  readonly trained_from: string;
  readonly trained_to: string;
  readonly symbols: number;
  readonly rows: number;
  readonly snapshot_sha256: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly features: readonly string[];
  readonly threshold: number;
  readonly metrics: ModelMetrics;
  readonly sha256: string;
  readonly size: number;
  readonly created_at: Date | string;
  readonly decided_at: Date | string | null;
  readonly decided_by: string | null;
  readonly decided_why: string | null;
}

const COLUMNS = `model_id, kind, status, trained_from, trained_to, symbols, rows, snapshot_sha256, settings, features,
  threshold, metrics, sha256, octet_length(bytes) as size, created_at, decided_at, decided_by, decided_why`;

function versionOf(row: ModelRow): ModelVersion {
  return {
    modelId: row.model_id,
    kind: row.kind,
    status: row.status,
    trainedFrom: row.trained_from,
    trainedTo: row.trained_to,
    symbols: row.symbols,
    rows: row.rows,
    snapshotSha256: row.snapshot_sha256,
    settings: row.settings,
    features: row.features,
    threshold: row.threshold,
    metrics: row.metrics,
    sha256: row.sha256,
    bytes: row.size,
    createdAt: new Date(row.created_at).toISOString(),
    decidedAt: row.decided_at === null ? undefined : new Date(row.decided_at).toISOString(),
    decidedBy: row.decided_by ?? undefined,
    decidedWhy: row.decided_why ?? undefined,
  };
}

/** Keeps a model as a shadow; one of the same bytes is there already when training is tried again. */
export async function saveModel(warehouse: Warehouse, model: NewModel): Promise<ModelVersion> {
  await queryRows(
    warehouse,
    'Storing a model',
    `insert into model_versions (kind, trained_from, trained_to, symbols, rows, snapshot_sha256, settings, features,
       threshold, metrics, reference, sha256, bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict (kind, sha256) do update set metrics = excluded.metrics`,
    [
      model.kind,
      model.trainedFrom,
      model.trainedTo,
      model.symbols,
      model.rows,
      model.snapshotSha256,
      JSON.stringify(model.settings),
      [...model.features],
      model.threshold,
      JSON.stringify(model.metrics),
      JSON.stringify(model.reference),
      model.sha256,
      Buffer.from(model.encoded),
    ],
  );
  const [row] = await queryRows<ModelRow>(
    warehouse,
    'Reading a model',
    `select ${COLUMNS} from model_versions where kind = $1 and sha256 = $2`,
    [model.kind, model.sha256],
  );
  if (row === undefined) {
    throw new RangeError(`The model ${model.sha256} was stored and is not there`);
  }
  return versionOf(row);
}

export interface ModelFilter {
  readonly kind?: ModelKind;
  readonly status?: ModelStatus;
}

/** Newest first. */
export async function listModels(
  warehouse: Warehouse,
  { kind, status }: ModelFilter = {},
): Promise<readonly ModelVersion[]> {
  const rows = await queryRows<ModelRow>(
    warehouse,
    'Listing models',
    `select ${COLUMNS} from model_versions
      where ($1::text is null or kind = $1) and ($2::text is null or status = $2) order by model_id desc`,
    [kind ?? null, status ?? null],
  );
  return rows.map(versionOf);
}

/** @throws ConfigurationError ETL-MOD-404 */
export async function readModel(warehouse: Warehouse, modelId: number): Promise<ModelVersion> {
  const [row] = await queryRows<ModelRow>(
    warehouse,
    'Reading a model',
    `select ${COLUMNS} from model_versions where model_id = $1`,
    [modelId],
  );
  if (row === undefined) {
    throw noSuchModel(modelId);
  }
  return versionOf(row);
}

function noSuchModel(modelId: number): ConfigurationError {
  return new ConfigurationError(`model ${modelId}: there is no such model`, {
    code: 'ETL-MOD-404',
    hint: '`candlewick models list` shows them.',
    details: { modelId },
  });
}

export interface StoredModel {
  readonly encoded: Uint8Array;
  readonly reference: DriftReference;
}

/** @throws ConfigurationError ETL-MOD-404 */
export async function readModelBytes(warehouse: Warehouse, modelId: number): Promise<StoredModel> {
  const [row] = await queryRows<{ bytes: Buffer; reference: DriftReference }>(
    warehouse,
    'Reading a model',
    'select bytes, reference from model_versions where model_id = $1',
    [modelId],
  );
  if (row === undefined) {
    throw noSuchModel(modelId);
  }
  return { encoded: row.bytes, reference: row.reference };
}

export interface ModelDecision {
  readonly modelId: number;
  readonly by: string;
  readonly why: string;
}

/** Makes a model the active one of its kind; the one that was is retired, in the same transaction. */
export async function activateModel(
  warehouse: Warehouse,
  { modelId, by, why }: ModelDecision,
): Promise<ModelVersion> {
  const { kind } = await readModel(warehouse, modelId);
  await inTransaction(warehouse, 'Activating a model', async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('candlewick.models'))`);
    await client.query(
      `update model_versions set status = 'retired', decided_at = clock_timestamp(), decided_by = $3,
              decided_why = $4
        where kind = $1 and status = 'active' and model_id <> $2`,
      [kind, modelId, by, `model ${modelId} took its place`],
    );
    await client.query(
      `update model_versions set status = 'active', decided_at = clock_timestamp(), decided_by = $2, decided_why = $3
        where model_id = $1 and status <> 'active'`,
      [modelId, by, why],
    );
  });
  return readModel(warehouse, modelId);
}

/** From now on nobody scores with it. */
export async function retireModel(
  warehouse: Warehouse,
  { modelId, by, why }: ModelDecision,
): Promise<ModelVersion> {
  await queryRows(
    warehouse,
    'Retiring a model',
    `update model_versions set status = 'retired', decided_at = clock_timestamp(), decided_by = $2, decided_why = $3
      where model_id = $1 and status <> 'retired'`,
    [modelId, by, why],
  );
  return readModel(warehouse, modelId);
}

export async function saveDrift(warehouse: Warehouse, drift: DriftMeasure): Promise<void> {
  await queryRows(
    warehouse,
    'Storing drift',
    `insert into model_drift (model_id, first_day, last_day, rows, flagged, expected_share, psi, worst, verdict)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      drift.modelId,
      drift.firstDay,
      drift.lastDay,
      drift.rows,
      drift.flagged,
      drift.expectedShare,
      JSON.stringify(drift.psi),
      drift.worst,
      drift.verdict,
    ],
  );
}

/** The last measurements of a model, newest first. */
export async function readDrift(
  warehouse: Warehouse,
  modelId: number,
  limit = 8,
): Promise<readonly DriftMeasure[]> {
  return queryRows<DriftMeasure>(
    warehouse,
    'Reading drift',
    `select model_id as "modelId", first_day as "firstDay", last_day as "lastDay", rows, flagged,
            expected_share as "expectedShare", psi, worst, verdict
       from model_drift where model_id = $1 order by measured_at desc limit $2`,
    [modelId, limit],
  );
}
