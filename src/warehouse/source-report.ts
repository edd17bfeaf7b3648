import { CLOSED, type BreakerPosition } from '../domain/source-breaker.ts';
import { queryRows, type Warehouse } from './pool.ts';
import { changeBreaker } from './source-breakers.ts';

/** One endpoint of a source, as an operator sees it. Instants are ISO. */
export interface SourceReport {
  readonly source: string;
  readonly endpoint: string;
  readonly state: BreakerPosition | 'disabled';
  /** When it may be asked again; of a disabled one unknown. */
  readonly openUntil: string | null;
  /** 0 to 1: about the last twenty calls. */
  readonly health: number;
  readonly answered: number;
  readonly failed: number;
  readonly lastAnsweredAt: string | null;
  readonly lastFailedAt: string | null;
  readonly lastCode: string | null;
  readonly lastMessage: string | null;
  readonly disabledBy: 'operator' | 'configuration' | null;
  readonly disabledReason: string | null;
  /** Calls taken, over all workers. */
  readonly callsLastMinute: number;
  readonly callsLastHour: number;
  readonly callsLastDay: number;
  /** Limits that the source has named: calls by window in seconds. */
  readonly learnt: Readonly<Record<string, number>>;
}

/** A row of the report before it is known whether what disabled the source still holds. */
interface ReportRow extends SourceReport {
  readonly position: BreakerPosition;
  readonly disabledAccount: string | null;
}

const REPORT = `
with key as (
  select source, endpoint from source_breakers
  union select source, endpoint from source_quotas
  union select source, endpoint from source_switches),
used as (
  select source, endpoint,
         count(*) filter (where at > now() - interval '1 minute') as minute,
         count(*) filter (where at > now() - interval '1 hour') as hour,
         count(*) filter (where at > now() - interval '1 day') as day
    from source_calls group by source, endpoint)
select k.source, k.endpoint,
       case when s.source is not null then 'disabled' else coalesce(b.position, 'closed') end as state,
       coalesce(b.position, 'closed') as position, s.account as "disabledAccount",
       case when b.position <> 'closed' then to_json(b.open_until at time zone 'UTC') #>> '{}' || 'Z' end as "openUntil",
       coalesce(b.health, 1) as health, coalesce(b.answered, 0)::bigint as answered, coalesce(b.failed, 0)::bigint as failed,
       to_json(b.last_answered_at at time zone 'UTC') #>> '{}' || 'Z' as "lastAnsweredAt",
       to_json(b.last_failed_at at time zone 'UTC') #>> '{}' || 'Z' as "lastFailedAt",
       b.last_code as "lastCode", b.last_message as "lastMessage",
       s.disabled_by as "disabledBy", s.reason as "disabledReason",
       coalesce(u.minute, 0)::bigint as "callsLastMinute", coalesce(u.hour, 0)::bigint as "callsLastHour",
       coalesce(u.day, 0)::bigint as "callsLastDay",
       coalesce((select q.learnt from source_quotas q
                  where q.source = k.source and q.endpoint = k.endpoint and q.learnt_at > now() - interval '1 day'
                  order by q.learnt_at desc limit 1), '{}') as learnt
  from key k
  left join source_breakers b using (source, endpoint)
  left join used u using (source, endpoint)
  left join lateral (select * from source_switches w
                      where w.source = k.source and w.endpoint in ('*', k.endpoint) limit 1) s on true
 order by k.source, k.endpoint`;

/** Every endpoint that was ever asked, or is switched off. What another configuration than this one has disabled is not. */
export async function reportSources(
  warehouse: Warehouse,
  accountOf: (source: string) => string,
): Promise<readonly SourceReport[]> {
  const rows = await queryRows<ReportRow>(warehouse, 'Reading the state of the sources', REPORT);
  return rows.flatMap(({ position, disabledAccount, ...report }) => {
    const isVoid =
      report.disabledBy === 'configuration' && disabledAccount !== accountOf(report.source);
    if (!isVoid) {
      return [report];
    }
    const enabled = { ...report, state: position, disabledBy: null, disabledReason: null };
    return report.endpoint === '*' ? [] : [enabled];
  });
}

/** Closes every breaker of a source, so that it is asked again at once. @returns how many were not closed. */
export async function resetBreakers(
  warehouse: Warehouse,
  source: string,
  worker: string,
): Promise<number> {
  const rows = await queryRows<{ endpoint: string; position: string }>(
    warehouse,
    `Reading the breakers of ${source}`,
    'select endpoint, position from source_breakers where source = $1',
    [source],
  );
  for (const { endpoint } of rows) {
    const change = { worker, reason: 'reset by the operator' };
    await changeBreaker(warehouse, { source, endpoint }, () => CLOSED, change);
  }
  return rows.filter(({ position }) => position !== 'closed').length;
}
