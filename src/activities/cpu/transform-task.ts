import type { BatchRef, LandedAnswer, PayloadRef } from '../../domain/batch.ts';
import type { BarColumns } from '../../domain/bar.ts';
import { SchemaDriftError } from '../../domain/errors.ts';
import type { BarsDecoder } from '../../sources/data-source.ts';
import { standardiseBars } from '../../transform/standardise.ts';
import type { TransformOutcome, TransformTask } from './tasks.ts';

export interface TransformDeps {
  readonly landing: { read(ref: PayloadRef): Promise<Uint8Array> };
  readonly staging: { writeColumns(key: string, columns: BarColumns): Promise<BatchRef> };
  readonly decoders: Readonly<Record<string, BarsDecoder>>;
}

/** Decodes the landed answers of a batch and brings them to sorted, distinct, standard columns. */
export function createTransformTask(
  deps: TransformDeps,
): (task: TransformTask) => Promise<TransformOutcome> {
  return async function runTransform({ key, answers, symbols, startDay, endDay }) {
    const parts = [];
    for (const [answer, landed] of answers.entries()) {
      const columns = await decode(deps, landed);
      parts.push({ columns, answer, fetchedAt: landed.fetchedAt });
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

async function decode(deps: TransformDeps, landed: LandedAnswer): Promise<BarColumns> {
  const decoder = deps.decoders[landed.format];
  if (decoder === undefined) {
    throw new SchemaDriftError(`No decoder for the format ${landed.format} of ${landed.source}`, {
      code: 'ETL-SRC-020',
      hint: 'run a worker whose version knows this format.',
    });
  }
  return decoder(await deps.landing.read(landed.payload), landed.request);
}
