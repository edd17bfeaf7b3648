import type { EtlDeps } from '../activities/deps.ts';
import type { QualityDeps } from '../activities/quality-deps.ts';
import { createLanding } from '../storage/landing.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { createStaging } from '../storage/staging.ts';
import { loadBatch } from '../warehouse/load-batch.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { createCoverageStore } from './coverage-store.ts';
import { createMarketFacts } from './market-facts.ts';
import { createQualityDeps } from './quality-stores.ts';
import { createRunStore } from './run-store.ts';

type StageStores = Pick<EtlDeps, 'runs' | 'facts' | 'coverage' | 'landing' | 'staging' | 'load'> &
  QualityDeps;

/** The warehouse and the object store as the stages see them: the same for every worker, whatever its settings. */
export function createStageStores(warehouse: Warehouse, store: ObjectStore): StageStores {
  return {
    runs: createRunStore(warehouse),
    facts: createMarketFacts(warehouse),
    coverage: createCoverageStore(warehouse),
    landing: createLanding(store),
    staging: createStaging(store),
    load: (request, hooks) => loadBatch(warehouse, request, hooks),
    ...createQualityDeps(warehouse, store),
  };
}
