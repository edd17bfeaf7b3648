import { ConfigurationError } from '../domain/errors.ts';
import type { Thresholds } from '../domain/rule-settings.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';

/** One set of tuned thresholds. */
export interface ThresholdVersion {
  readonly versionId: number;
  readonly basedOn: number | undefined;
  readonly thresholds: Partial<Thresholds>;
  /** Flags in 10,000 rows that the tuning was allowed. */
  readonly budget: number;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly status: 'active' | 'superseded' | 'reverted';
  /** ISO instants. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly endedAt: string | undefined;
  readonly endedBy: string | undefined;
}

interface VersionRow {
  readonly version_id: number;
  readonly based_on: number | null;
  readonly thresholds: Partial<Thresholds>;
  readonly budget: number;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly status: ThresholdVersion['status'];
  readonly created_at: Date;
  readonly created_by: string;
  readonly ended_at: Date | null;
  readonly ended_by: string | null;
}

/** Newest first. */
export async function listThresholds(warehouse: Warehouse): Promise<readonly ThresholdVersion[]> {
  const rows = await queryRows<VersionRow>(
    warehouse,
    'Listing thresholds',
    `select version_id, based_on, thresholds, budget, evidence, status, created_at, created_by, ended_at, ended_by
       from threshold_versions order by version_id desc`,
  );
  return rows.map((row) => ({
    versionId: row.version_id,
    basedOn: row.based_on ?? undefined,
    thresholds: row.thresholds,
    budget: row.budget,
    evidence: row.evidence,
    status: row.status,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    endedAt: row.ended_at?.toISOString(),
    endedBy: row.ended_by ?? undefined,
  }));
}

/** The thresholds that hold now; none where nothing was tuned. */
export async function activeThresholds(warehouse: Warehouse): Promise<Partial<Thresholds>> {
  const [row] = await queryRows<{ thresholds: Partial<Thresholds> }>(
    warehouse,
    'Reading thresholds',
    `select thresholds from threshold_versions where status = 'active'`,
  );
  return row?.thresholds ?? {};
}

export interface NewThresholds {
  readonly thresholds: Partial<Thresholds>;
  readonly budget: number;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly by: string;
}

/** Lets new thresholds take the place of the active ones. @returns their version. */
export async function saveThresholds(
  warehouse: Warehouse,
  { thresholds, budget, evidence, by }: NewThresholds,
): Promise<number> {
  return inTransaction(warehouse, 'Storing thresholds', async (client) => {
    const { rows } = await client.query<{ version_id: number }>(
      `update threshold_versions set status = 'superseded', ended_at = clock_timestamp(), ended_by = $1
        where status = 'active' returning version_id`,
      [by],
    );
    const inserted = await client.query<{ version_id: number }>(
      `insert into threshold_versions (based_on, thresholds, budget, evidence, created_by)
       values ($1, $2, $3, $4, $5) returning version_id`,
      [
        rows[0]?.version_id ?? null,
        JSON.stringify(thresholds),
        budget,
        JSON.stringify(evidence),
        by,
      ],
    );
    return inserted.rows[0]?.version_id ?? 0;
  });
}

/**
 * Takes the active version back: the one that it was based on holds again, or the defaults.
 * @throws ConfigurationError ETL-MOD-410 where nothing is tuned
 */
export async function revertThresholds(
  warehouse: Warehouse,
  by: string,
): Promise<{ readonly reverted: number; readonly active: number | undefined }> {
  return inTransaction(warehouse, 'Reverting thresholds', async (client) => {
    const { rows } = await client.query<{ version_id: number; based_on: number | null }>(
      `update threshold_versions set status = 'reverted', ended_at = clock_timestamp(), ended_by = $1
        where status = 'active' returning version_id, based_on`,
      [by],
    );
    const [reverted] = rows;
    if (reverted === undefined) {
      throw new ConfigurationError('No thresholds are tuned: the defaults hold', {
        code: 'ETL-MOD-410',
        hint: '`candlewick thresholds list` shows what was.',
      });
    }
    if (reverted.based_on !== null) {
      await client.query(
        `update threshold_versions set status = 'active', ended_at = null, ended_by = null where version_id = $1`,
        [reverted.based_on],
      );
    }
    return { reverted: reverted.version_id, active: reverted.based_on ?? undefined };
  });
}

/** A held bar about which a person has decided. Values in CNY and shares. */
export interface DecidedBar {
  readonly symbol: string;
  readonly day: number;
  readonly isReleased: boolean;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly preClose: number | null;
  readonly volume: number | null;
  readonly amount: number | null;
}

/** The newest decisions, released or rejected: what a person has said about false and true alarms. */
export async function decidedBars(
  warehouse: Warehouse,
  { firstDay, limit }: { readonly firstDay: string; readonly limit: number },
): Promise<readonly DecidedBar[]> {
  return queryRows<DecidedBar>(
    warehouse,
    'Reading decisions about held bars',
    `select symbol, trade_date - date '1970-01-01' as day, state = 'released' as "isReleased",
            open::float8 as open, high::float8 as high, low::float8 as low, close::float8 as close,
            pre_close::float8 as "preClose", volume::float8 as volume, amount::float8 as amount
       from quarantine
      where state in ('released', 'rejected', 'replaced') and trade_date >= $1
      order by decided_at desc limit $2`,
    [firstDay, limit],
  );
}
