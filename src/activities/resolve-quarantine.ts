import { activityInfo } from '@temporalio/activity';

import { parseDecision, parseResolution } from '../config/quarantine-input.ts';
import { chunk as chunked } from '../domain/chunk.ts';
import { plural } from '../domain/plural.ts';
import type { QuarantineDecision } from '../domain/quarantine.ts';
import type { DecisionRecord } from '../warehouse/settle-decision.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { QualityDeps } from './quality-deps.ts';
import type { ChunkOutcome, DecisionChunk, QuarantineActivities } from './quarantine-contract.ts';

type ResolveActivities = Omit<
  QuarantineActivities,
  'startReplay' | 'extractLanded' | 'loadReplayed'
>;

/** Symbols a refetching job: few enough for its input to travel. */
const REFETCH_SYMBOLS = 500;

/** What a person does with held bars, but for replays. Each is safe to run twice. */
export function createResolveQuarantine({
  quarantine,
  load,
  failpoint,
  planning,
  sources,
}: Pick<QualityDeps, 'quarantine'> &
  Pick<EtlDeps, 'load' | 'failpoint' | 'planning' | 'sources'>): ResolveActivities {
  return {
    async planResolution(input) {
      const plan = parseResolution(input);
      plan.decisions.forEach((decision) => checkSources(sources, decision));
      return { ...plan, held: await quarantine.summarise() };
    },
    // oxlint-disable-next-line typescript/require-await -- an activity answers by a promise
    async readDecision(input) {
      const decision = parseDecision(input);
      checkSources(sources, decision);
      return decision;
    },
    async planDecision({ decision, ...key }) {
      const chosen = await quarantine.select(key, decision);
      const { ids = [] } = decision;
      return ids.length === 0 ? chosen : { ...chosen, notes: await quarantine.unchosen(key, ids) };
    },
    async releaseRows(chunk) {
      return withHeartbeat(async (signal) => {
        const record = recordOf(chunk);
        const { request, refused } = await quarantine.planRelease(record, activityInfo().attempt);
        if (request.columns.length === 0 && refused.length > 0) {
          await quarantine.settleRefused(record, refused);
          return outcomeOf(quarantine, chunk);
        }
        const counts = await load(request, { signal, failpoint });
        return outcomeOf(quarantine, chunk, counts);
      });
    },
    async rejectRows(chunk) {
      await quarantine.settle(recordOf(chunk), { outcome: 'rejected' });
      return outcomeOf(quarantine, chunk);
    },
    async refuseChunk({ chunk, message }) {
      await quarantine.settle(recordOf(chunk), { outcome: 'refused', message });
      return outcomeOf(quarantine, chunk);
    },
    async planRefetch({ decision, ...key }) {
      const jobs = [];
      const notes = [];
      for (const { source, symbols, startDate, endDate } of await quarantine.rejected(key)) {
        const chosen =
          decision.sources.length > 0
            ? decision.sources
            : planning.sources.filter((name) => name !== source && sources.names.includes(name));
        if (chosen.length === 0) {
          notes.push(
            `${plural(symbols.length, 'symbol')} of ${source} not asked for elsewhere: no other source is configured; name one in "sources"`,
          );
        } else {
          for (const part of chunked(symbols, REFETCH_SYMBOLS)) {
            jobs.push({ symbols: part, startDate, endDate, sources: chosen });
          }
        }
      }
      return { jobs, notes };
    },
    summariseHeld: () => quarantine.summarise(),
  };
}

/** Before anything is given up: may those be asked that shall be asked instead? @throws ConfigurationError where one may not */
function checkSources(known: EtlDeps['sources'], { sources }: QuarantineDecision): void {
  known.expand(sources).forEach((name) => known.get(name));
}

export function recordOf({ decision, ...key }: DecisionChunk): DecisionRecord {
  const { by, why, decision: kind } = decision;
  return { ...key, kind, by, why };
}

/** What the audit says of a chunk, with what its load did. */
export async function outcomeOf(
  quarantine: QualityDeps['quarantine'],
  { runId, decisionNo, chunkNo }: DecisionChunk,
  load: Pick<ChunkOutcome, 'inserted' | 'updated' | 'unchanged'> = NOTHING_LOADED,
): Promise<ChunkOutcome> {
  const { inserted, updated, unchanged } = load;
  const counts = await quarantine.count({ runId, decisionNo, chunkNo });
  return { ...counts, inserted, updated, unchanged };
}

const NOTHING_LOADED = { inserted: 0, updated: 0, unchanged: 0 };
