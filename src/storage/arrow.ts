import {
  Data,
  DateDay,
  Dictionary,
  Float64,
  Int32,
  makeData,
  RecordBatch,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint16,
  Uint32,
  Uint8,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

import { allocateBarColumns, type BarColumns } from '../domain/bar.ts';

/** Flags of each row that a stage adds to the bars, by name: the `fate` of a verdict. */
export type ExtraColumns = Readonly<Record<string, Uint8Array>>;

export interface DecodedColumns {
  readonly columns: BarColumns;
  readonly extra: ExtraColumns;
}

/** Raised when a column changes its name, type or meaning: an older reader then refuses the batch. */
const FORMAT = 'candlewick.bars/1';
const MEANING: readonly (readonly [string, string])[] = [
  ['format', FORMAT],
  ['money', '1/10,000 CNY, unadjusted; NaN where missing'],
  ['volume', 'shares; NaN where missing'],
];

/** The columns of a batch as any reader of Arrow sees them, beside `symbol` (a dictionary) and `trading_day` (a date). */
const BAR_COLUMNS = [
  'symbol',
  'trading_day',
  'open',
  'high',
  'low',
  'close',
  'pre_close',
  'volume',
  'amount',
  'missing',
  'marks',
  'source_row',
  'answer',
] as const;
type BarColumn = (typeof BAR_COLUMNS)[number];

/** One record batch in Arrow's file format; typed arrays go in as they are. */
export function encodeColumns(
  bars: BarColumns,
  extra: ExtraColumns = {},
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const parts: Record<string, Data> = barParts(bars);
  for (const [name, data] of Object.entries(extra)) {
    if (name in parts || data.length !== bars.length) {
      throw new RangeError(
        `Extra column ${name} has ${data.length} rows for ${bars.length} bars, or a bar column's name`,
      );
    }
    parts[name] = partOf(new Uint8(), data);
  }
  // Not `new Table(parts)`: for no rows that leaves the dictionary out, and other readers refuse the file.
  const batch = new RecordBatch(parts);
  for (const [key, text] of [...MEANING, ...Object.entries(metadata)]) {
    batch.schema.metadata.set(key, text);
  }
  return tableToIPC(new Table(batch), 'file');
}

function barParts(bars: BarColumns): Record<BarColumn, Data> {
  return {
    symbol: symbolPart(bars),
    trading_day: partOf(new DateDay(), bars.tradingDay),
    open: partOf(new Float64(), bars.open),
    high: partOf(new Float64(), bars.high),
    low: partOf(new Float64(), bars.low),
    close: partOf(new Float64(), bars.close),
    pre_close: partOf(new Float64(), bars.preClose),
    volume: partOf(new Float64(), bars.volume),
    amount: partOf(new Float64(), bars.amount),
    missing: partOf(new Uint32(), bars.missing),
    marks: partOf(new Uint8(), bars.marks),
    source_row: partOf(new Uint32(), bars.sourceRow),
    answer: partOf(new Uint16(), bars.answer),
  };
}

function partOf<Type extends DateDay | Float64 | Uint32 | Uint16 | Uint8>(
  type: Type,
  data: Type['TArray'],
): Data {
  return new Data(type, 0, data.length, 0, [undefined, data]);
}

/** Indices as int32, which every reader of Arrow knows; ours are small, so the bits are the same. */
function symbolPart({ symbols, symbolId, length }: BarColumns): Data {
  const data = new Int32Array(symbolId.buffer, symbolId.byteOffset, symbolId.length);
  const dictionary = vectorFromArray([...symbols], new Utf8());
  const type = new Dictionary(new Utf8(), new Int32(), 0, true);
  return makeData({ type, length, nullCount: 0, data, dictionary });
}

/**
 * Views on `bytes` where their alignment allows, which is always so for a file read at once. The caller has proven the
 * bytes by their hash; this proves that they are a batch of ours. @throws RangeError
 */
export function decodeColumns(bytes: Uint8Array): DecodedColumns {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
  const table = tableFromIPC(aligned);
  const format = table.schema.metadata.get('format');
  if (format !== FORMAT || table.batches.length > 1) {
    throw new RangeError(
      `Not a batch of bars: format ${String(format)}, ${table.batches.length} record batches; expected ${FORMAT} in one`,
    );
  }
  const extraNames = table.schema.names
    .map(String)
    .filter((name) => !BAR_COLUMNS.some((column) => column === name));
  if (table.numRows === 0) {
    const empty = Object.fromEntries(extraNames.map((name) => [name, new Uint8Array(0)]));
    return { columns: allocateBarColumns(0, symbolsOf(table)), extra: empty };
  }
  return {
    columns: barsOf(table),
    extra: Object.fromEntries(
      extraNames.map((name) => [name, columnOf(table, name, isUint8Array)]),
    ),
  };
}

function barsOf(table: Table): BarColumns {
  const ids = columnOf(table, 'symbol', isInt32Array);
  return {
    length: table.numRows,
    symbols: symbolsOf(table),
    symbolId: new Uint32Array(ids.buffer, ids.byteOffset, ids.length),
    tradingDay: columnOf(table, 'trading_day', isInt32Array),
    open: columnOf(table, 'open', isFloat64Array),
    high: columnOf(table, 'high', isFloat64Array),
    low: columnOf(table, 'low', isFloat64Array),
    close: columnOf(table, 'close', isFloat64Array),
    preClose: columnOf(table, 'pre_close', isFloat64Array),
    volume: columnOf(table, 'volume', isFloat64Array),
    amount: columnOf(table, 'amount', isFloat64Array),
    missing: columnOf(table, 'missing', isUint32Array),
    marks: columnOf(table, 'marks', isUint8Array),
    sourceRow: columnOf(table, 'source_row', isUint32Array),
    answer: columnOf(table, 'answer', isUint16Array),
  };
}

function symbolsOf(table: Table): readonly string[] {
  const dictionary: unknown = table.getChild('symbol')?.data[0]?.dictionary?.toArray();
  return Array.isArray(dictionary) ? dictionary.map(String) : [];
}

type TypedArray = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

function columnOf<Column extends TypedArray>(
  table: Table,
  name: string,
  isColumn: (values: unknown) => values is Column,
): Column {
  const values: unknown = table.getChild(name)?.data[0]?.values;
  // What was read is padded to eight bytes.
  const exact: unknown = isColumn(values) ? values.subarray(0, table.numRows) : undefined;
  if (!isColumn(exact) || exact.length !== table.numRows) {
    throw new RangeError(`Column ${name} is absent or of another type or length`);
  }
  return exact;
}

function isFloat64Array(values: unknown): values is Float64Array {
  return values instanceof Float64Array;
}
function isInt32Array(values: unknown): values is Int32Array {
  return values instanceof Int32Array;
}
function isUint32Array(values: unknown): values is Uint32Array {
  return values instanceof Uint32Array;
}
function isUint16Array(values: unknown): values is Uint16Array {
  return values instanceof Uint16Array;
}
function isUint8Array(values: unknown): values is Uint8Array {
  return values instanceof Uint8Array;
}
