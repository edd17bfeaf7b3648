import type { PoolClient } from 'pg';

import type { BreakerPosition, BreakerState } from '../domain/source-breaker.ts';
import { CLOSED } from '../domain/source-breaker.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';

/** What a breaker is kept for. */
export interface BreakerKey {
  readonly source: string;
  readonly endpoint: string;
}

/** Why a breaker changes, and who changes it. */
export interface BreakerChange {
  readonly worker: string;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

interface BreakerRow {
  readonly position: BreakerPosition;
  readonly failures: number;
  readonly openings: number;
  readonly open_until: number | null;
  readonly probe_until: number | null;
  readonly now: number;
}

const COLUMNS = `position, failures, openings,
  floor(extract(epoch from open_until) * 1000)::bigint as open_until,
  floor(extract(epoch from probe_until) * 1000)::bigint as probe_until,
  floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`;
/** Weight of a call in the health score: about the last twenty calls matter. */
const HEALTH_WEIGHT = 0.1;

function stateOf(row: BreakerRow): BreakerState {
  return {
    position: row.position,
    failures: row.failures,
    openings: row.openings,
    openUntilMs: row.open_until ?? undefined,
    probeUntilMs: row.probe_until ?? undefined,
  };
}

/** The breaker as it is, without a lock, and the database's clock. */
export async function readBreaker(
  warehouse: Warehouse,
  { source, endpoint }: BreakerKey,
): Promise<{ readonly state: BreakerState; readonly nowMs: number }> {
  const [row] = await queryRows<BreakerRow>(
    warehouse,
    `Reading the breaker of ${source}`,
    `select ${COLUMNS} from source_breakers where source = $1 and endpoint = $2`,
    [source, endpoint],
  );
  return row === undefined
    ? { state: CLOSED, nowMs: Date.now() }
    : { state: stateOf(row), nowMs: row.now };
}

/**
 * Changes a breaker under a row lock: `decide` sees the state and the database's clock, and no other worker can decide
 * between its reading and its writing. A change of position is recorded as an event.
 */
export async function changeBreaker(
  warehouse: Warehouse,
  key: BreakerKey,
  decide: (state: BreakerState, nowMs: number) => BreakerState,
  change: BreakerChange,
): Promise<{ readonly before: BreakerState; readonly after: BreakerState }> {
  const doing = `Changing the breaker of ${key.source}`;
  return inTransaction(warehouse, doing, async (client) => {
    const row = await lockRow(client, key);
    const before = stateOf(row);
    const after = decide(before, row.now);
    if (after !== before) {
      await client.query(
        `update source_breakers
            set position = $3, failures = $4, openings = $5, open_until = to_timestamp($6::double precision / 1000),
                probe_until = to_timestamp($7::double precision / 1000), changed_at = clock_timestamp()
          where source = $1 and endpoint = $2`,
        [
          key.source,
          key.endpoint,
          after.position,
          after.failures,
          after.openings,
          after.openUntilMs ?? null,
          after.probeUntilMs ?? null,
        ],
      );
    }
    if (after.position !== before.position) {
      await client.query(
        `insert into source_breaker_events (source, endpoint, from_position, to_position, code, reason, worker)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          key.source,
          key.endpoint,
          before.position,
          after.position,
          change.code ?? null,
          change.reason ?? null,
          change.worker,
        ],
      );
    }
    return { before, after };
  });
}

async function lockRow(client: PoolClient, { source, endpoint }: BreakerKey): Promise<BreakerRow> {
  for (;;) {
    const { rows } = await client.query<BreakerRow>(
      `select ${COLUMNS} from source_breakers where source = $1 and endpoint = $2 for update`,
      [source, endpoint],
    );
    if (rows[0] !== undefined) {
      return rows[0];
    }
    await client.query(
      'insert into source_breakers (source, endpoint) values ($1, $2) on conflict do nothing',
      [source, endpoint],
    );
  }
}

/** Counts the end of a call, for the health score and for people; the breaker's position is another matter. */
export async function countCall(
  warehouse: Warehouse,
  { source, endpoint }: BreakerKey,
  failure?: { readonly code: string; readonly message: string },
): Promise<void> {
  const isAnswer = failure === undefined;
  await queryRows(
    warehouse,
    `Counting a call of ${source}`,
    `insert into source_breakers as b (source, endpoint, answered, failed, health, last_answered_at, last_failed_at, last_code, last_message)
     values ($1, $2, $3::int, 1 - $3::int, 1 - ${HEALTH_WEIGHT} * (1 - $3::int),
             case when $3::int = 1 then now() end, case when $3::int = 0 then now() end, $4, $5)
     on conflict (source, endpoint) do update
        set answered = b.answered + $3::int, failed = b.failed + 1 - $3::int,
            health = b.health * (1 - ${HEALTH_WEIGHT}) + ${HEALTH_WEIGHT} * $3::int,
            last_answered_at = coalesce(excluded.last_answered_at, b.last_answered_at),
            last_failed_at = coalesce(excluded.last_failed_at, b.last_failed_at),
            last_code = coalesce(excluded.last_code, b.last_code),
            last_message = coalesce(excluded.last_message, b.last_message)`,
    [source, endpoint, isAnswer ? 1 : 0, failure?.code ?? null, failure?.message ?? null],
  );
}
