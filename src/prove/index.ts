import { coverage } from './coverage.ts';
import { exactlyOnce } from './exactly-once.ts';
import { failover } from './failover.ts';
import { kill } from './kill.ts';
import { priority } from './priority.ts';
import type { Proof } from './proof.ts';
import { quota } from './quota.ts';
import { rerun } from './rerun.ts';
import { units } from './units.ts';
import { schedules } from './schedules.ts';
import { year } from './year.ts';

export type { Proof, ProofContext, ProofResult } from './proof.ts';

/** The promises that `candlewick prove NAME` can check. */
export const proofs: Readonly<Record<string, Proof>> = {
  rerun,
  'exactly-once': exactlyOnce,
  failover,
  quota,
  units,
  schedules,
  coverage,
  priority,
  year,
  kill,
};
