import type { SourceDesk, SourceSet } from '../activities/deps.ts';
import type { CpuPool } from '../activities/cpu/pool.ts';
import type { Config } from '../config/config.ts';
import type { Notify } from '../domain/notice.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { createCallGate } from './call-gate.ts';
import { sourceAccounts } from './source-accounts.ts';
import { createSourceDesk } from './source-desk.ts';
import { createSources } from './sources.ts';

export interface SourceControlOptions {
  readonly config: Config;
  readonly warehouse: Warehouse;
  readonly cpu: CpuPool;
  readonly notify: Notify;
}

/** The sources of a worker behind the gate that all workers share, and the desk at which the stages ask about them. */
export function createSourceControl({ config, warehouse, cpu, notify }: SourceControlOptions): {
  readonly sources: SourceSet;
  readonly desk: SourceDesk;
} {
  const rules = { coolDownMs: config.breakerCoolDownMs };
  const made: { sources?: SourceSet } = {};
  const accountOf = sourceAccounts(config.remoteSources);
  const gate = createCallGate({
    warehouse,
    notify,
    rules,
    sourceOf: (name) => made.sources?.get(name),
    quotas: config.quotas,
    accountOf,
  });
  const sources = createSources(config, cpu, gate);
  made.sources = sources;
  return { sources, desk: createSourceDesk({ warehouse, notify, rules, accountOf }) };
}
