import type { PoolClient } from 'pg';

import type { BarColumns } from '../domain/bar.ts';
import { ConfigurationError } from '../domain/errors.ts';
import { recordBatchDays } from './batch-days.ts';
import { assertPublishable } from './check-request.ts';
import { commitLoad, type PreparedLoad } from './commit-load.ts';
import { compareStored } from './compare-stored.ts';
import { encodeBars } from './copy-encoder.ts';
import type { CopyHooks } from './copy-stream.ts';
import { sqlStateOf } from './database-error.ts';
import { lockSymbols } from './key-locks.ts';
import { readLedger, takeStamp, writeLedger, type LoadStamp } from './ledger.ts';
import { announceLoad, claimBatch, confirmClaim, type LoadClaim } from './load-claim.ts';
import { abandon, takeConnection } from './load-connection.ts';
import type { LoadCounts, LoadHooks, LoadRequest } from './load-request.ts';
import type { Warehouse } from './pool.ts';
import {
  provisionalRows,
  readProvisional,
  settleProvisional,
  type ProvisionalDays,
} from './provisional-bars.ts';
import { settleLoaded } from './settle-decision.ts';
import { SourceCounts } from './source-counts.ts';
import { copyBars, insertMissingBars, stampsOf, updateBars } from './write-bars.ts';
import { holdQuarantined, recordSuspensions } from './write-quarantine.ts';
import { honourUndoneRepairs, recordRepairs } from './write-repairs.ts';
import { writeVerdictDetail } from './write-verdict.ts';

export type { LoadCounts, LoadHooks, LoadRequest } from './load-request.ts';

const UNIQUE_VIOLATION = '23505';

/**
 * Publishes a batch in one transaction: compares it with the table, copies what is new, updates what differs (mode
 * `update`), keeps former versions, holds the quarantined rows, and writes ledger and lineage. All or nothing; a batch key
 * that was committed before changes nothing and gives the ledger's counts.
 * @throws EtlError
 */
export async function loadBatch(
  warehouse: Warehouse,
  request: LoadRequest,
  hooks: LoadHooks = {},
): Promise<LoadCounts> {
  assertPublishable(request);
  try {
    return await tryLoad(warehouse, request, hooks, 'copy');
  } catch (error) {
    if (sqlStateOf(error) !== UNIQUE_VIOLATION) {
      throw error;
    }
    // A program that does not know our locks stored some of these keys since we looked: take the slower way around.
    return tryLoad(warehouse, request, hooks, 'insert');
  }
}

/** How new rows go in: `copy` is fast, `insert` bears foreign writers. */
type Way = 'copy' | 'insert';

async function tryLoad(
  warehouse: Warehouse,
  request: LoadRequest,
  hooks: LoadHooks,
  way: Way,
): Promise<LoadCounts> {
  const connection = await takeConnection(warehouse, request, hooks.signal);
  const { client } = connection;
  const load = { request, hooks, way };
  let prepared: PreparedLoad;
  try {
    const before = await readLedger(client, request.batchKey);
    if (before !== undefined) {
      connection.release();
      return before.counts;
    }
    const claim = await claimBatch(client, request);
    // Whatever the server's default is: each statement after a wait for locks must see what was committed meanwhile.
    await client.query('begin isolation level read committed');
    prepared = await writeAll(client, load, claim);
  } catch (error) {
    throw await abandon(connection, request, error);
  }
  return commitLoad(warehouse, connection, load, prepared);
}

interface Load {
  readonly request: LoadRequest;
  readonly hooks: LoadHooks;
  readonly way: Way;
}

async function writeAll(client: PoolClient, given: Load, claim: LoadClaim): Promise<PreparedLoad> {
  const { hooks } = given;
  await announceLoad(client, given.request.batchKey);
  await hooks.failpoint?.('load.after_begin');
  await lockSymbols(client, symbolsOf(given.request));
  // Again, now that nobody else can load it: a former attempt may have committed while we waited.
  const loaded = await readLedger(client, given.request.batchKey);
  if (loaded !== undefined) {
    return { counts: loaded.counts, stamp: undefined };
  }
  const { request, withheld } = await honourUndoneRepairs(client, given.request);
  const load = { ...given, request };
  await assertMayEnter(client, request);
  const stamp = await takeStamp(client);
  const provisional = await readProvisional(client, request);
  const { counts: written, changed } = await writeBars(client, load, stamp, provisional);
  const counts = { ...written, quarantined: written.quarantined + withheld };
  await recordSuspensions(client, request, stamp);
  await hooks.failpoint?.('load.after_merge_before_ledger');
  await confirmClaim(client, claim);
  await writeLedger(client, request, stamp, counts);
  await recordBatchDays(client, request, stamp);
  await holdQuarantined(client, request, stamp);
  if (request.decision !== undefined) {
    await settleLoaded(client, request, request.decision);
  }
  const before = { days: provisional, corrected: changed };
  const settled = await settleProvisional(client, request, stamp, before);
  await writeVerdictDetail(client, request, stamp, settled);
  await recordRepairs(client, request, stamp);
  await hooks.failpoint?.('load.after_ledger_before_commit');
  return { counts, stamp };
}

/** `changed`: the rows that were replaced. */
async function writeBars(
  client: PoolClient,
  load: Load,
  stamp: LoadStamp,
  provisional: ProvisionalDays,
): Promise<{ readonly counts: LoadCounts; readonly changed: BarColumns }> {
  const { request, hooks, way } = load;
  const { columns, answers, mode, quarantined } = request;
  const stamps = stampsOf(answers, stamp);
  const compareHooks: CopyHooks = { onChunk: () => hooks.heartbeat?.() };
  let { added, changed, unchanged } = await compareStored(client, columns, answers, compareHooks);
  const bySource = new SourceCounts(answers);
  let inserted = added.length;
  const newRows = encodeBars(columns, stamps, added);
  if (way === 'copy') {
    await (inserted > 0 ? copyBars(client, newRows, withMidCopy(hooks)) : undefined);
    bySource.add(columns, added);
  } else {
    const stored = await insertMissingBars(client, newRows, withMidCopy(hooks));
    inserted = bySource.addCounts(stored);
    // What a foreign writer stored meanwhile is there now, to be compared like all else.
    ({ changed, unchanged } = await compareStored(client, columns, answers, compareHooks));
    unchanged -= inserted;
  }
  await hooks.failpoint?.('load.before_merge');
  const replaced = mode === 'update' ? changed : provisionalRows(changed, provisional);
  if (replaced.length > 0) {
    await updateBars(client, replaced, stamps, compareHooks);
    bySource.add(replaced);
  }
  const counts = {
    inserted,
    updated: replaced.length,
    unchanged,
    skipped: changed.length - replaced.length,
    quarantined: quarantined.columns.length,
    alreadyLoaded: false,
    bySource: bySource.toRecord(),
  };
  return { counts, changed: replaced };
}

/** The COPY's failpoint comes when a first part of the rows is with the server. */
function withMidCopy(hooks: LoadHooks): CopyHooks {
  let chunks = 0;
  return {
    async onChunk() {
      hooks.heartbeat?.();
      chunks += 1;
      if (chunks === 1) {
        await hooks.failpoint?.('load.mid_copy');
      }
    },
  };
}

/** @throws ConfigurationError where simulated bars would enter a database of real ones. */
async function assertMayEnter(client: PoolClient, { answers }: LoadRequest): Promise<void> {
  if (!answers.some(({ source }) => source === 'simulated')) {
    return;
  }
  const { rows } = await client.query<{ purpose: string }>(
    'select purpose from candlewick_database',
  );
  if (rows[0]?.purpose !== 'demo') {
    throw new ConfigurationError('Simulated bars may enter only a demo database; this one is not', {
      code: 'ETL-DB-206',
      hint: 'use a demo database for simulated bars, or real sources for this one.',
    });
  }
}

/** Every symbol about which the batch writes anything. */
function symbolsOf({ columns, quarantined, suspensions }: LoadRequest): readonly string[] {
  return [
    ...new Set([
      ...columns.symbols,
      ...quarantined.columns.symbols,
      ...suspensions.map(({ symbol }) => symbol),
    ]),
  ];
}
