import { SchemaDriftError } from '../../domain/errors.ts';
import type { BarBuilder } from '../decode/bar-builder.ts';
import type { SymbolKey } from '../decode/symbol.ts';
import type { FileLayout } from './layout.ts';

/** How the rows of a file are to be read. */
export interface RowsRequest {
  /** The file, as messages name it. */
  readonly place: string;
  readonly layout: FileLayout;
  /** The symbol of rows that have no column for it; -1 where there is none. */
  readonly symbol: SymbolKey;
  /** Rows of other symbols are passed over; undefined wants all. */
  readonly wanted: ReadonlySet<SymbolKey> | undefined;
}

/** 1990-12-19, the first session of any of the exchanges: a day before it is a misread one. */
export const EARLIEST_DAY = 7657;

/** A footer and a torn line or two are counted; more rows without a key mean that the file is not what it seems. */
const FEW_KEYLESS = 3;
const KEYLESS_SHARE = 0.01;

/** @throws SchemaDriftError where so many rows have no readable symbol or day that the file is not to be trusted */
export function checkKeyless(
  { keyless, length }: BarBuilder,
  { place, wanted }: RowsRequest,
  firstFault: string | undefined,
): void {
  const readable = length - keyless;
  const isFew = keyless <= FEW_KEYLESS || keyless <= KEYLESS_SHARE * length;
  // Where only some symbols are read, `length` says nothing of the whole; the whole was checked before.
  if (keyless === 0 || wanted !== undefined || (isFew && readable > 0)) {
    return;
  }
  throw new SchemaDriftError(
    `${place}: ${keyless} rows have no readable symbol or day; ${firstFault ?? ''}`,
    { code: 'ETL-SRC-213', hint: 'mend these rows, or map the columns.', details: { keyless } },
  );
}
