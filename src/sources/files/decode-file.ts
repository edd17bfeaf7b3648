import { gunzipSync } from 'node:zlib';

import type { BarColumns } from '../../domain/bar.ts';
import { EtlError, SchemaDriftError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { RequestFacts } from '../data-source.ts';
import { symbolKeyOf } from '../decode/symbol.ts';
import { readCsvBars, readCsvHeader } from './csv-bars.ts';
import { FILE_KINDS, type FileKind } from './file-kind.ts';
import { layoutFromFacts, layoutToFacts } from './layout-facts.ts';
import type { FileLayout } from './layout.ts';
import { MOST_BYTES } from './limits.ts';
import { readNdjsonBars, readNdjsonHeader } from './ndjson-bars.ts';
import { readParquetBars, readParquetHeader } from './parquet-bars.ts';
import { disproveUnits } from './prove-units.ts';
import { unreadableText } from './read-error.ts';
import type { RowsRequest } from './rows-request.ts';

/** Version of the way in which a landed file becomes rows; a change of meaning takes a new number. */
export const FILES_FORMAT = 'files.bars/1';

interface FileReader {
  header(body: Uint8Array, place: string): Promise<readonly string[]> | readonly string[];
  bars(body: Uint8Array, request: RowsRequest): Promise<BarColumns> | BarColumns;
}

export const fileReaders: Readonly<Record<FileKind, FileReader>> = {
  csv: { header: (body, place) => readCsvHeader(body, place).names, bars: readCsvBars },
  ndjson: { header: readNdjsonHeader, bars: readNdjsonBars },
  parquet: { header: readParquetHeader, bars: readParquetBars },
};

/** All that decides how a file's bytes are read. */
export interface FileFacts {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly member: string | undefined;
  readonly kind: FileKind;
  readonly layout: FileLayout;
  /** From the file's name. */
  readonly symbol: StockSymbol | undefined;
  /** Of a file with more symbols than are wanted. */
  readonly wanted: readonly StockSymbol[] | undefined;
}

export function placeOf({ path, member }: Pick<FileFacts, 'path' | 'member'>): string {
  return member === undefined ? path : `${path}!${member}`;
}

export function factsOf(facts: FileFacts): RequestFacts {
  return {
    path: facts.path,
    member: facts.member ?? null,
    kind: facts.kind,
    symbol: facts.symbol ?? null,
    wanted: facts.wanted?.join(',') ?? null,
    ...layoutToFacts(facts.layout),
  };
}

/** The bytes of a file without its compression. @throws SchemaDriftError where they are torn or too many */
export function unpack(body: Uint8Array, place: string): Uint8Array {
  if (body[0] !== 0x1f || body[1] !== 0x8b) {
    return body;
  }
  try {
    return gunzipSync(body, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw unreadableText(place, `gzip: ${what}`);
  }
}

/** Decoder of `files.bars/1`. */
export async function decodeFile(body: Uint8Array, facts: RequestFacts): Promise<BarColumns> {
  const { kind, wanted, layout, symbol, ...where } = factsFrom(facts);
  const place = placeOf(where);
  const columns = await guarded(place, () =>
    fileReaders[kind].bars(unpack(body, place), {
      place,
      layout,
      symbol: symbol === undefined ? -1 : symbolKeyOf(symbol),
      wanted: wanted === undefined ? undefined : new Set(wanted.map(symbolKeyOf)),
    }),
  );
  const isWhole = wanted === undefined;
  const [fault] = disproveUnits(columns, layout, place, { isWhole }).values();
  if (fault !== undefined) {
    throw fault;
  }
  return columns;
}

/** What a reader of somebody else's bytes throws is the bytes' fault, unless it says otherwise. */
export async function guarded<T>(place: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EtlError) {
      throw error;
    }
    throw unreadableText(place, error instanceof Error ? error.message : String(error));
  }
}

function factsFrom(facts: RequestFacts): FileFacts {
  const { path, member, kind, symbol, wanted } = facts;
  const known = FILE_KINDS.find((name) => name === kind);
  if (typeof path !== 'string' || known === undefined) {
    throw new SchemaDriftError(
      `The answer's request names no file of a kind that ${FILES_FORMAT} reads`,
      {
        code: 'ETL-SRC-214',
      },
    );
  }
  return {
    path,
    member: typeof member === 'string' ? member : undefined,
    kind: known,
    layout: layoutFromFacts(facts),
    symbol: typeof symbol === 'string' ? symbol : undefined,
    wanted: typeof wanted === 'string' ? wanted.split(',') : undefined,
  };
}
