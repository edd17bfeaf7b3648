import type { SourceDesk } from '../activities/deps.ts';
import { expectedSessions } from '../calendar/expected-sessions.ts';
import type { Notify } from '../domain/notice.ts';
import { admitCall, afterCall, type BreakerRules } from '../sources/circuit-breaker.ts';
import { chooseShape } from '../sources/request-shape.ts';
import { recordAbsences } from '../warehouse/absences.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { readInstruments, readSuspensions } from '../warehouse/queries.ts';
import { recordAttempts } from '../warehouse/source-attempts.ts';
import { changeBreaker, readBreaker } from '../warehouse/source-breakers.ts';
import { readSwitch } from '../warehouse/source-switches.ts';
import { readStoredOverlap } from '../warehouse/stored-overlap.ts';
import { WORKER } from './call-gate.ts';
import { noticeOfDrift } from './source-notices.ts';

export interface DeskOptions {
  readonly warehouse: Warehouse;
  readonly notify: Notify;
  readonly rules: BreakerRules;
  readonly accountOf: (source: string) => string;
}

/** Stored sessions that a symbol's answer is compared with, at most. */
const OVERLAP_SESSIONS = 10;
const NO_DAYS = new Int32Array(0);

/** The sources' common state in a warehouse, as the stages use it. */
export function createSourceDesk(options: DeskOptions): SourceDesk {
  const { warehouse, notify, rules, accountOf } = options;
  return {
    async refusal(source, endpoint) {
      const off = await readSwitch(warehouse, source, endpoint, accountOf(source));
      if (off !== undefined) {
        const reason = `${source} is disabled by the ${off.disabledBy}: ${off.reason}`;
        return { code: 'ETL-SRC-240', reason, waitMs: undefined };
      }
      const { state, nowMs } = await readBreaker(warehouse, { source, endpoint });
      const { admitted, waitMs } = admitCall(state, nowMs);
      const reason = `${source} ${endpoint} rests for ${Math.ceil(waitMs / 1000)} s: its circuit breaker is open`;
      return admitted === 'no' ? { code: 'ETL-SRC-231', reason, waitMs } : undefined;
    },
    async reportDrift(source, endpoint, drift) {
      const end = { kind: 'failed', trouble: 'schema_drift' } as const;
      await changeBreaker(
        warehouse,
        { source, endpoint },
        (state, nowMs) => afterCall(state, end, { nowMs, isProbe: false, rules }),
        { worker: WORKER, code: drift.code, reason: drift.reason },
      );
      await notify(noticeOfDrift(source, endpoint, drift));
    },
    recordAttempts: (runId, batchNo, attempts) =>
      recordAttempts(warehouse, { runId, batchNo, worker: WORKER }, attempts),
    recordAbsences: (scope, absences) => recordAbsences(warehouse, scope, absences),
    async wanted({ symbols, startDate, endDate }) {
      const range = { startDate, endDate };
      const [instruments, suspensions, stored] = await Promise.all([
        readInstruments(warehouse, symbols),
        readSuspensions(warehouse, symbols, range),
        readStoredOverlap(warehouse, symbols, range, OVERLAP_SESSIONS),
      ]);
      const known = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
      return symbols.map((symbol) => {
        const listing = known.get(symbol) ?? { symbol, listDate: undefined, delistDate: undefined };
        const suspended = suspensions.get(symbol) ?? NO_DAYS;
        const expected = expectedSessions(listing, { from: startDate, to: endDate }, suspended);
        return { symbol, expected, stored: stored.get(symbol) };
      });
    },
    shapeOf: chooseShape,
  };
}
