import type { BarColumns } from '../../domain/bar.ts';
import { ConfigurationError, EtlError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { symbolKeyOf } from '../decode/symbol.ts';
import { fileReaders, guarded, placeOf, unpack } from './decode-file.ts';
import { faultOf, type Fault } from './fault.ts';
import { symbolOfName, type FileKind } from './file-kind.ts';
import type { FileLayout } from './layout.ts';
import { disproveUnits } from './prove-units.ts';
import { recogniseLayout } from './recognise-layout.ts';

/** One file, or member of an archive, as it is found. */
export interface ScanRequest {
  readonly path: string;
  readonly member: string | undefined;
  readonly kind: FileKind;
  readonly custom: FileLayout | undefined;
}

/** What a file holds of a symbol. */
export interface Holding {
  readonly symbol: StockSymbol;
  readonly rows: number;
  /** Undefined where it holds no row. */
  readonly first: DayNumber | undefined;
  readonly last: DayNumber | undefined;
}

export interface FileScan {
  /** Undefined where the file could not be read. */
  readonly layout: FileLayout | undefined;
  /** From the file's name, where no column tells. */
  readonly symbol: StockSymbol | undefined;
  readonly holdings: readonly Holding[];
  /** Symbols whose rows may not be used. */
  readonly refused: readonly { readonly symbol: StockSymbol; readonly fault: Fault }[];
  /** Why nothing of the file may be used, where its symbols are not known. */
  readonly fault: Fault | undefined;
}

/**
 * Reads a whole file once: which layout it has, whether its units hold, and what is in it. What is wrong with it is part of
 * the result, which is plain data, so that a worker thread can do this.
 */
export async function scanFile(body: Uint8Array, request: ScanRequest): Promise<FileScan> {
  const place = placeOf(request);
  const named = symbolOfName(request.member ?? request.path);
  try {
    return await guarded(place, () => scanRows(body, request, place, named));
  } catch (error) {
    if (!(error instanceof EtlError)) {
      throw error;
    }
    const fault = faultOf(error);
    return {
      layout: undefined,
      symbol: named,
      holdings: [],
      refused: named === undefined ? [] : [{ symbol: named, fault }],
      fault: named === undefined ? fault : undefined,
    };
  }
}

async function scanRows(
  body: Uint8Array,
  { kind, custom }: ScanRequest,
  place: string,
  named: StockSymbol | undefined,
): Promise<FileScan> {
  const bytes = unpack(body, place);
  const reader = fileReaders[kind];
  const layout = recogniseLayout(await reader.header(bytes, place), place, custom);
  const symbol = layout.columns.symbol === undefined ? named : undefined;
  if (symbol === undefined && layout.columns.symbol === undefined) {
    throw new ConfigurationError(`${place}: no column and no file name says which symbol this is`, {
      code: 'ETL-SRC-216',
      hint: 'call the file by its symbol, such as 600519.SH.csv.',
    });
  }
  const key = symbol === undefined ? -1 : symbolKeyOf(symbol);
  const columns = await reader.bars(bytes, { place, layout, symbol: key, wanted: undefined });
  const holdings = holdingsOf(columns);
  // A file with a header and no row still says that it is this symbol's.
  if (holdings.length === 0 && symbol !== undefined) {
    holdings.push({ symbol, rows: 0, first: undefined, last: undefined });
  }
  const disproved = disproveUnits(columns, layout, place, { isWhole: true });
  const refused = [...disproved].map(([of, error]) => ({ symbol: of, fault: faultOf(error) }));
  return { layout, symbol, holdings, refused, fault: undefined };
}

function holdingsOf({ length, symbols, symbolId, tradingDay }: BarColumns): Holding[] {
  const rows = new Uint32Array(symbols.length);
  const first = new Int32Array(symbols.length).fill(2 ** 31 - 1);
  const last = new Int32Array(symbols.length).fill(-(2 ** 31));
  for (let row = 0; row < length; row += 1) {
    const id = symbolId[row] ?? 0;
    const day = tradingDay[row] ?? 0;
    rows[id] = (rows[id] ?? 0) + 1;
    first[id] = Math.min(first[id] ?? day, day);
    last[id] = Math.max(last[id] ?? day, day);
  }
  return symbols.map((symbol, id) => ({
    symbol,
    rows: rows[id] ?? 0,
    first: first[id],
    last: last[id],
  }));
}
