import { allocateBarColumns, firstRows, type BarColumns } from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { BIND_KEYS } from './compare-stored.ts';
import { createBarReader, READ_COLUMNS } from './copy-decoder.ts';
import { copyOut } from './copy-stream.ts';
import { inTransaction, type Warehouse } from './pool.ts';
import { grown } from './read-columns.ts';

const READ = `copy (
  select ${READ_COLUMNS} from daily_bars
   where symbol = any (string_to_array(current_setting('candlewick.symbols'), ','))
     and trade_date between current_setting('candlewick.first_day')::date
                        and current_setting('candlewick.last_day')::date
   order by daily_bars.symbol, daily_bars.trade_date
  ) to stdout (format binary)`;
const FIRST_CAPACITY = 8192;

export interface StoredRange {
  readonly symbols: readonly StockSymbol[];
  readonly firstDay: DayNumber;
  readonly lastDay: DayNumber;
}

/** Stored bars as columns, sorted by symbol and day. The caller bounds the memory by how many symbols it asks for. */
export async function readBarColumns(
  warehouse: Warehouse,
  { symbols, firstDay, lastDay }: StoredRange,
): Promise<BarColumns> {
  const names = [...new Set(symbols)].toSorted();
  const idOf = new Map(names.map((symbol, id) => [symbol, id]));
  let columns = allocateBarColumns(FIRST_CAPACITY, names);
  let rows = 0;
  await inTransaction(warehouse, 'Reading stored bars', async (client) => {
    await client.query(BIND_KEYS, [
      names.join(','),
      fromDayNumber(firstDay),
      fromDayNumber(lastDay),
    ]);
    const reader = createBarReader((bar) => {
      if (rows === columns.length) {
        columns = grown(columns);
      }
      columns.symbolId[rows] = idOf.get(bar.symbol) ?? 0;
      columns.tradingDay[rows] = bar.tradingDay;
      columns.open[rows] = bar.open;
      columns.high[rows] = bar.high;
      columns.low[rows] = bar.low;
      columns.close[rows] = bar.close;
      columns.preClose[rows] = bar.preClose;
      columns.volume[rows] = bar.volume;
      columns.amount[rows] = bar.amount;
      columns.sourceRow[rows] = rows;
      rows += 1;
    });
    await copyOut(client, READ, (chunk) => reader.push(chunk));
    reader.end();
  });
  return firstRows(columns, rows);
}
