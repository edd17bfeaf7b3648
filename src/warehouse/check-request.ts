import type { BarColumns } from '../domain/bar.ts';
import { DataQualityError } from '../domain/errors.ts';
import { isStockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { valueFaultOf } from '../domain/value-fault.ts';
import type { LoadRequest } from './load-request.ts';

/**
 * Refuses, before anything is sent, every row that the table would refuse, and every batch that breaks the order on which
 * the comparison by key rests. The table's CHECKs are the wall behind this one, for other writers.
 * @throws DataQualityError that names the first such row.
 */
export function assertPublishable({ columns, answers }: LoadRequest): void {
  const stranger = columns.symbols.findIndex((symbol) => !isStockSymbol(symbol));
  if (stranger >= 0) {
    const shown = JSON.stringify(columns.symbols[stranger]?.slice(0, 40));
    throw new DataQualityError(
      `A batch names the symbol ${shown}; expected a form like 600000.SH`,
      { code: 'ETL-LOAD-001' },
    );
  }
  for (let row = 0; row < columns.length; row += 1) {
    const fault = valueFaultOf(columns, row) ?? orderFaultOf(columns, row);
    if (fault !== undefined) {
      refuse(columns, row, fault);
    }
    if ((columns.answer[row] ?? 0) >= answers.length) {
      refuse(columns, row, `answer ${columns.answer[row]} is not in the manifest`);
    }
  }
}

function refuse(columns: BarColumns, row: number, fault: string): never {
  const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '?';
  const day = fromDayNumber(columns.tradingDay[row] ?? 0);
  throw new DataQualityError(`${symbol} ${day}: ${fault}`, {
    code: 'ETL-LOAD-002',
    hint: 'quarantine such a row: validation should have done so.',
    details: { symbol, tradingDay: day, row },
  });
}

/** Rows must ascend by key: equal keys would be two versions of one bar in one batch. */
function orderFaultOf(
  { symbols, symbolId, tradingDay }: BarColumns,
  row: number,
): string | undefined {
  const id = symbolId[row] ?? 0;
  if (id >= symbols.length) {
    return `symbol ${id} is not in the dictionary`;
  }
  if (row === 0) {
    return undefined;
  }
  const before = symbolId[row - 1] ?? 0;
  const isAscending =
    before === id
      ? (tradingDay[row - 1] ?? 0) < (tradingDay[row] ?? 0)
      : (symbols[before] ?? '') < (symbols[id] ?? '');
  return isAscending
    ? undefined
    : 'follows a row of the same or a later key; expected ascending keys';
}
