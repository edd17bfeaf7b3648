import type { BatchRef } from '../../domain/batch.ts';
import type { BarColumns } from '../../domain/bar.ts';
import { standardiseBars } from '../../transform/standardise.ts';
import { decodeLanded, type DecodeDeps } from './decode-landed.ts';
import type { TransformOutcome, TransformTask } from './tasks.ts';

interface TransformDeps extends DecodeDeps {
  readonly staging: { writeColumns(key: string, columns: BarColumns): Promise<BatchRef> };
}

/** Decodes the landed answers of a batch and brings them to sorted, distinct, standard columns. */
export function createTransformTask(
  deps: TransformDeps,
): (task: TransformTask) => Promise<TransformOutcome> {
  return async function runTransform({ key, answers, symbols, startDay, endDay }) {
    const parts = [];
    for (const [answer, landed] of answers.entries()) {
      const columns = await decodeLanded(deps, landed);
      parts.push({ columns, answer, fetchedAt: landed.fetchedAt, symbols: landed.symbols });
    }
    const standard = standardiseBars(parts, {
      symbols,
      startDay,
      endDay,
    });
    return {
      staged: await deps.staging.writeColumns(key, standard.columns),
      extracted: standard.extracted,
      ...standard.duplicates,
      outOfScope: standard.outOfScope,
      unreadable: standard.unreadable,
      suspended: standard.suspended,
    };
  };
}
