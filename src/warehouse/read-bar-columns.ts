import {
  allocateBarColumns,
  copyColumns,
  firstRows,
  MISSING,
  type BarColumns,
} from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { BIND_KEYS } from './compare-stored.ts';
import { createBarReader, READ_COLUMNS, type StoredBar } from './copy-decoder.ts';
import { copyOut } from './copy-stream.ts';
import { inTransaction, type Warehouse } from './pool.ts';

const READ = `copy (
  select ${READ_COLUMNS} from daily_bars
   where symbol = any (string_to_array(current_setting('candlewick.symbols'), ','))
     and trade_date between current_setting('candlewick.first_day')::date
                        and current_setting('candlewick.last_day')::date
   order by symbol, trade_date) to stdout (format binary)`;
const PRE_CLOSE_BITS = MISSING.noColumn << 16;
const AMOUNT_BITS = MISSING.noColumn << 24;
const FIRST_CAPACITY = 4096;

export interface StoredRange {
  readonly symbols: readonly StockSymbol[];
  readonly firstDay: DayNumber;
  readonly lastDay: DayNumber;
}

/**
 * Stored bars as columns, sorted by symbol and day; only symbols that have a bar in the range are in the dictionary. The
 * caller bounds the memory by how many symbols it asks for.
 */
export async function readBarColumns(
  warehouse: Warehouse,
  { symbols, firstDay, lastDay }: StoredRange,
): Promise<BarColumns> {
  return inTransaction(warehouse, 'Reading stored bars', async (client) => {
    const collector = new Collector();
    const keys = [symbols.join(','), fromDayNumber(firstDay), fromDayNumber(lastDay)];
    await client.query(BIND_KEYS, keys);
    const reader = createBarReader((bar) => collector.take(bar));
    await copyOut(client, READ, (chunk) => reader.push(chunk));
    reader.end();
    return collector.columns();
  });
}

class Collector {
  readonly #symbols: string[] = [];
  #columns = allocateBarColumns(FIRST_CAPACITY, []);
  #length = 0;

  take(bar: StoredBar): void {
    if (this.#length === this.#columns.length) {
      this.#columns = grown(this.#columns);
    }
    if (this.#symbols.at(-1) !== bar.symbol) {
      this.#symbols.push(bar.symbol);
    }
    const row = this.#length;
    const columns = this.#columns;
    columns.symbolId[row] = this.#symbols.length - 1;
    columns.tradingDay[row] = bar.tradingDay;
    columns.open[row] = bar.open;
    columns.high[row] = bar.high;
    columns.low[row] = bar.low;
    columns.close[row] = bar.close;
    columns.preClose[row] = bar.preClose;
    columns.volume[row] = bar.volume;
    columns.amount[row] = bar.amount;
    columns.sourceRow[row] = row;
    // A value that no source has said is no fault of the row.
    columns.missing[row] =
      (Number.isNaN(bar.preClose) ? PRE_CLOSE_BITS : 0) |
      (Number.isNaN(bar.amount) ? AMOUNT_BITS : 0);
    this.#length += 1;
  }

  columns(): BarColumns {
    return { ...firstRows(this.#columns, this.#length), symbols: this.#symbols };
  }
}

/** The same rows in columns of twice the length. */
function grown(from: BarColumns): BarColumns {
  const to = allocateBarColumns(from.length * 2, from.symbols);
  copyColumns(from, to);
  return to;
}
