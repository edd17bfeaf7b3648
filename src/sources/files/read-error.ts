import { SchemaDriftError } from '../../domain/errors.ts';

/** Of a file whose text is not what its ending promises; `row` is the line a person sees, the header being line 1. */
export function unreadableText(place: string, what: string, row?: number): SchemaDriftError {
  const where = row === undefined ? place : `${place}, row ${row}`;
  return new SchemaDriftError(`${where}: ${what}`, {
    code: 'ETL-SRC-212',
    hint: 'mend the file, or leave it out.',
    details: row === undefined ? { place } : { place, row },
  });
}
