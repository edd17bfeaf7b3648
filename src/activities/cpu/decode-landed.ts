import type { BarColumns } from '../../domain/bar.ts';
import type { LandedAnswer, PayloadRef } from '../../domain/batch.ts';
import { SchemaDriftError } from '../../domain/errors.ts';
import type { BarsDecoder } from '../../sources/data-source.ts';

/** Where landed answers lie, and who can read which format. */
export interface DecodeDeps {
  readonly landing: { read(ref: PayloadRef): Promise<Uint8Array> };
  readonly decoders: Readonly<Record<string, BarsDecoder>>;
}

/** The rows of a landed answer. @throws SchemaDriftError where nothing can read its format, or it is not of it. */
export async function decodeLanded(deps: DecodeDeps, landed: LandedAnswer): Promise<BarColumns> {
  const decoder = deps.decoders[landed.format];
  if (decoder === undefined) {
    throw new SchemaDriftError(`No decoder for the format ${landed.format} of ${landed.source}`, {
      code: 'ETL-SRC-020',
      hint: 'run a worker whose version knows this format.',
    });
  }
  return decoder(await deps.landing.read(landed.payload), landed.request);
}
