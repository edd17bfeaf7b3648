import { queryRows, type Warehouse } from './pool.ts';

/** Whose calls are counted together. */
export interface QuotaKey {
  readonly source: string;
  /** Hash of token and address. */
  readonly account: string;
  readonly endpoint: string;
}

/** So many calls within any window of that length. */
export interface CallWindow {
  readonly limit: number;
  readonly windowMs: number;
}

export interface CallRules {
  readonly windows: readonly CallWindow[];
  /** Between two calls; 0: none. */
  readonly minIntervalMs: number;
  /** Calls at the same time, over all workers; 0: no bound. */
  readonly concurrency: number;
  readonly priority: 'daily' | 'backfill';
}

export type Taken =
  | { readonly kind: 'taken'; readonly callId: number }
  | { readonly kind: 'wait'; readonly waitMs: number; readonly limitedBy: string };

const CLEAN_EVERY = 500;

/** Takes one call for all workers' common count, or says how long to wait. One round trip; the database's clock. */
export async function takeCall(
  warehouse: Warehouse,
  { source, account, endpoint }: QuotaKey,
  { windows, minIntervalMs, concurrency, priority }: CallRules,
): Promise<Taken> {
  const [row] = await queryRows<{
    taken_id: number | null;
    wait_ms: number;
    limited_by: string | null;
  }>(
    warehouse,
    `Taking a call of ${source}`,
    'select taken_id, wait_ms, limited_by from take_source_call($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      source,
      account,
      endpoint,
      priority,
      windows.map(({ limit }) => limit),
      windows.map(({ windowMs }) => windowMs),
      minIntervalMs,
      concurrency,
    ],
  );
  if (row?.taken_id == null) {
    return { kind: 'wait', waitMs: row?.wait_ms ?? 1000, limitedBy: row?.limited_by ?? '' };
  }
  if (row.taken_id % CLEAN_EVERY === 0) {
    await queryRows(
      warehouse,
      'Forgetting old calls',
      `delete from source_calls where at < now() - interval '25 hours'`,
    );
  }
  return { kind: 'taken', callId: row.taken_id };
}

/** The call has ended: it no longer counts as running. It stays in its windows. */
export async function endCall(warehouse: Warehouse, callId: number): Promise<void> {
  await queryRows(
    warehouse,
    'Ending a call',
    'update source_calls set done_at = clock_timestamp() where call_id = $1',
    [callId],
  );
}

/** Believes a limit that the source has named; of two for the same window the lower one. */
export async function learnLimit(
  warehouse: Warehouse,
  { source, account, endpoint }: QuotaKey,
  { limit, windowSeconds }: { readonly limit: number; readonly windowSeconds: number },
): Promise<void> {
  await queryRows(
    warehouse,
    `Learning a limit of ${source}`,
    `insert into source_quotas as q (source, account, endpoint, learnt, learnt_at)
     values ($1, $2, $3, jsonb_build_object($4::text, $5::integer), now())
     on conflict (source, account, endpoint) do update
        set learnt = q.learnt || jsonb_build_object($4::text, $5::integer), learnt_at = now()`,
    [source, account, endpoint, String(windowSeconds), limit],
  );
}

/** Calls of the last minute, hour and day, and what was learnt, by endpoint. */
export interface QuotaUse {
  readonly source: string;
  readonly endpoint: string;
  readonly lastMinute: number;
  readonly lastHour: number;
  readonly lastDay: number;
  readonly learnt: Readonly<Record<string, number>>;
}

export async function readQuotaUse(warehouse: Warehouse): Promise<readonly QuotaUse[]> {
  return queryRows<QuotaUse>(
    warehouse,
    'Reading the quotas',
    `select q.source, q.endpoint,
            count(c.call_id) filter (where c.at > now() - interval '1 minute') as "lastMinute",
            count(c.call_id) filter (where c.at > now() - interval '1 hour') as "lastHour",
            count(c.call_id) filter (where c.at > now() - interval '1 day') as "lastDay",
            case when q.learnt_at > now() - interval '1 day' then q.learnt else '{}' end as learnt
       from source_quotas q
       left join source_calls c on (c.source, c.account, c.endpoint) = (q.source, q.account, q.endpoint)
      group by q.source, q.account, q.endpoint, q.learnt, q.learnt_at
      order by q.source, q.endpoint`,
  );
}
