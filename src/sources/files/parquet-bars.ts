import { parquetMetadata, parquetScan, type FileMetaData, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

import type { BarColumns } from '../../domain/bar.ts';
import { MOST_BYTES } from './limits.ts';
import { unreadableText } from './read-error.ts';
import type { RowsRequest } from './rows-request.ts';
import { createValueReader } from './value-rows.ts';

interface ParquetFile {
  readonly file: ArrayBuffer;
  readonly metadata: FileMetaData;
  /** The top level's columns. */
  readonly columns: readonly SchemaElement[];
}

function openParquet(body: Uint8Array, place: string): ParquetFile {
  const file = Uint8Array.from(body).buffer;
  const metadata = parquetMetadata(file);
  const unpacked = metadata.row_groups
    .flatMap(({ columns }) => columns)
    .reduce((sum, { meta_data: chunk }) => sum + Number(chunk?.total_uncompressed_size ?? 0), 0);
  if (!(unpacked >= 0 && unpacked <= MOST_BYTES)) {
    throw unreadableText(place, `it unpacks to ${unpacked} bytes; expected at most ${MOST_BYTES}`);
  }
  const columns = metadata.schema.slice(1).filter(({ num_children: inner }) => !inner);
  return { file, metadata, columns };
}

export function readParquetHeader(body: Uint8Array, place: string): readonly string[] {
  return openParquet(body, place).columns.map(({ name }) => name);
}

/** The rows of a Parquet file, row group by row group, only the columns that the layout names. */
export async function readParquetBars(body: Uint8Array, request: RowsRequest): Promise<BarColumns> {
  const { file, metadata, columns } = openParquet(body, request.place);
  const used = new Set(Object.values(request.layout.columns));
  const elements = columns.filter(({ name }) => used.has(name));
  const names = elements.map(({ name }) => name);
  const reader = createValueReader(names, request);
  const scan = await parquetScan({ file, metadata, columns: names, compressors });
  for (const range of scan.ranges) {
    const cells = await Promise.all(
      elements.map((element) => scan.readColumn({ column: element.name, ...range })),
    );
    for (let row = 0; row < range.rowEnd - range.rowStart; row += 1) {
      reader.add(cells.map((column, at) => writtenValue(column[row], elements[at])));
    }
  }
  return reader.finish();
}

/** Of a number that its type gave a tail of noise, the decimal that was meant. */
function writtenValue(value: unknown, element: SchemaElement | undefined): unknown {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return value;
  }
  if (element?.converted_type === 'DECIMAL') {
    return Number(value.toFixed(Math.min(100, element.scale ?? 0)));
  }
  return element?.type === 'FLOAT' ? shortestSingle(value) : value;
}

/** The shortest decimal that is this single-precision number: 12.34, not 12.34000015258789. */
function shortestSingle(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) {
      return shorter;
    }
  }
  return value;
}
