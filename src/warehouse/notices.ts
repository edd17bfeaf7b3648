import type { ErrorClass, ErrorDetails } from '../domain/errors.ts';
import type { Notice, Severity } from '../domain/notice.ts';
import { queryRows, type Warehouse } from './pool.ts';

const SEVERITIES: readonly Severity[] = ['info', 'warning', 'error', 'critical'];

/** A notice with how often it was seen. */
export interface SeenNotice extends Notice {
  readonly seen: number;
  /** Since this channel told it last. */
  readonly seenAnew: number;
  /** ISO instants. */
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
}

/** Notices that a channel may tell now, and must settle. */
export interface NoticeClaim {
  readonly channel: string;
  /** ISO instant, by the database's clock. */
  readonly claimedAt: string;
  readonly notices: readonly SeenNotice[];
}

export interface ClaimRules {
  readonly channel: string;
  readonly least: Severity;
  readonly classes: readonly string[];
  /** The same trouble is told once within this time. */
  readonly windowMs: number;
}

/** Remembers a notice; one of a known key is counted, with its latest words. */
export async function recordNotice(warehouse: Warehouse, notice: Notice): Promise<void> {
  const { key, severity, errorClass, code, title, meaning, action, facts } = notice;
  await queryRows(
    warehouse,
    'Recording a notice',
    `insert into notices as n (key, severity, error_class, code, title, meaning, action, facts)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb)
     on conflict (key) do update
       set severity = excluded.severity, error_class = excluded.error_class, code = excluded.code,
           title = excluded.title, meaning = excluded.meaning, action = excluded.action, facts = excluded.facts,
           seen = n.seen + 1, last_seen_at = excluded.last_seen_at`,
    [
      key,
      SEVERITIES.indexOf(severity),
      errorClass ?? null,
      code,
      title,
      meaning,
      action,
      JSON.stringify(facts),
    ],
  );
}

/** Notices of one message: more wait for the next. */
const MAX_CLAIMED = 50;
/** What nobody could be told for a day is history. */
const STALE = '1 day';
const CLAIM_SECONDS = 60;

const CLAIM = `
with due as (
  select n.key from notices n left join notice_tellings t on t.channel = $1 and t.key = n.key
   where n.severity >= $2 and (n.error_class is null or n.error_class = any ($3::text[]))
     and n.last_seen_at > clock_timestamp() - interval '${STALE}'
     and n.last_seen_at > coalesce(t.told_at, '-infinity')
     and (t.told_at is null or t.told_at <= clock_timestamp() - $4 * interval '1 millisecond')
     and (t.claimed_until is null or t.claimed_until < clock_timestamp())
   order by n.severity desc, n.last_seen_at limit ${MAX_CLAIMED}
   -- Waited for, not skipped: another channel's claim holds the same rows for a moment.
   for update of n),
claimed as (
  insert into notice_tellings as t (channel, key, claimed_until)
  select $1, key, clock_timestamp() + interval '${CLAIM_SECONDS} seconds' from due order by key
  on conflict (channel, key) do update set claimed_until = excluded.claimed_until
    where t.claimed_until is null or t.claimed_until < clock_timestamp()
  returning key, told_seen)
select n.*, n.seen - c.told_seen as seen_anew, clock_timestamp() as claimed_at
  from claimed c join notices n using (key) order by n.severity desc, n.last_seen_at`;

interface NoticeRow {
  readonly key: string;
  readonly severity: number;
  readonly error_class: ErrorClass | null;
  readonly code: string;
  readonly title: string;
  readonly meaning: string;
  readonly action: string;
  readonly facts: ErrorDetails;
  readonly seen: number;
  readonly seen_anew: number;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly claimed_at: Date;
}

/** Takes what a channel has to tell; of several workers one gets each notice. undefined: nothing. */
export async function claimNotices(
  warehouse: Warehouse,
  { channel, least, classes, windowMs }: ClaimRules,
): Promise<NoticeClaim | undefined> {
  const rows = await queryRows<NoticeRow>(warehouse, 'Claiming notices', CLAIM, [
    channel,
    SEVERITIES.indexOf(least),
    [...classes],
    windowMs,
  ]);
  const [first] = rows;
  return first === undefined
    ? undefined
    : { channel, claimedAt: first.claimed_at.toISOString(), notices: rows.map(noticeOf) };
}

function noticeOf(row: NoticeRow): SeenNotice {
  const { key, code, title, meaning, action, facts, seen } = row;
  return {
    key,
    severity: SEVERITIES[row.severity] ?? 'critical',
    ...(row.error_class === null ? {} : { errorClass: row.error_class }),
    code,
    title,
    meaning,
    action,
    facts,
    seen,
    seenAnew: row.seen_anew,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
  };
}

/** The channel has told what it claimed. */
export async function settleTold(warehouse: Warehouse, claim: NoticeClaim): Promise<void> {
  await queryRows(
    warehouse,
    'Settling told notices',
    `update notice_tellings t
        set told_at = $3, told_seen = c.seen, claimed_until = null, attempts = 0, last_error = null
       from unnest($2::text[], $4::int[]) as c (key, seen)
      where t.channel = $1 and t.key = c.key`,
    [
      claim.channel,
      claim.notices.map(({ key }) => key),
      claim.claimedAt,
      claim.notices.map(({ seen }) => seen),
    ],
  );
}

/** The channel could not tell what it claimed: it is due again later, each time twice as late, up to a quarter of an hour. */
export async function settleFailed(
  warehouse: Warehouse,
  claim: NoticeClaim,
  reason: string,
): Promise<void> {
  await queryRows(
    warehouse,
    'Settling untold notices',
    `update notice_tellings
        set attempts = attempts + 1, last_error = $3,
            claimed_until = clock_timestamp() + least(900, 15 * 2 ^ least(attempts, 6)) * interval '1 second'
      where channel = $1 and key = any ($2::text[])`,
    [claim.channel, claim.notices.map(({ key }) => key), reason.slice(0, 500)],
  );
}
