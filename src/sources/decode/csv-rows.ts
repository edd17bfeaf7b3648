const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;

/** Where the cells of one row begin and end; cells beyond the arrays' length are counted only. */
export interface RowCells {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  count: number;
}

export function allocateCells(columns: number): RowCells {
  return { starts: new Int32Array(columns), ends: new Int32Array(columns), count: 0 };
}

/**
 * Finds the cells of the row at `at`; a quoted cell is given without its quotes (a quote within it stays doubled). No byte of
 * a GB18030 character is a comma, a quote or a line end, so text need not be decoded.
 * @returns where the next row begins, or -1 where a quote is never closed
 */
export function splitRow(bytes: Uint8Array, at: number, cells: RowCells): number {
  const { starts, ends } = cells;
  const size = bytes.length;
  let count = 0;
  let position = at;
  for (;;) {
    let start = position;
    let end: number;
    if (bytes[position] === QUOTE) {
      const closing = closingQuote(bytes, position + 1);
      if (closing < 0) {
        return -1;
      }
      position = closing + 1;
      start += 1;
      end = closing;
    } else {
      end = -1;
    }
    let byte = bytes[position] ?? NEWLINE;
    while (byte !== COMMA && byte !== NEWLINE) {
      position += 1;
      byte = bytes[position] ?? NEWLINE;
    }
    const isLast = byte === NEWLINE;
    const stop =
      isLast && position > start && bytes[position - 1] === RETURN ? position - 1 : position;
    if (end < 0 || stop !== end + 1) {
      // Text behind a closing quote: the whole cell as it stands, which no reader will take for a number.
      start = end < 0 ? start : start - 1;
      end = stop;
    }
    if (count < starts.length) {
      starts[count] = start;
      ends[count] = end;
    }
    count += 1;
    position += 1;
    if (isLast) {
      cells.count = count;
      return Math.min(position, size);
    }
  }
}

/** The quote that ends a cell; a doubled one does not. */
function closingQuote(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (bytes[at + 1] !== QUOTE) {
      return at;
    }
  }
  return -1;
}

/** Whether the row that was split has nothing in it. */
export function isBlank({ count, starts, ends }: RowCells): boolean {
  return count === 1 && starts[0] === ends[0];
}
