import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Instrument } from '../src/domain/instrument.ts';
import { toDayNumber } from '../src/domain/trading-day.ts';
import {
  readRows,
  type Intake,
  type IntakeFacts,
  type TextRow,
} from '../src/quality/intake/read-rows.ts';
import type { ExRights, JudgeContext } from '../src/quality/verdict.ts';

export type Table = readonly Readonly<Record<string, string>>[];

function readTable(path: string): Table {
  const [header = '', ...lines] = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const names = header.split(',');
  return lines.map((line) => {
    const cells = splitCsv(line);
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

function splitCsv(line: string): readonly string[] {
  if (!line.includes('"')) {
    return line.split(',');
  }
  return [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((match) => match[2] ?? match[1] ?? '');
}

function bySymbolOf(table: Table): Map<string, Table[number][]> {
  const groups = new Map<string, Table[number][]>();
  for (const row of table) {
    const symbol = row['symbol'] ?? '';
    groups.set(symbol, [...(groups.get(symbol) ?? []), row]);
  }
  return groups;
}

function groupDays(table: Table, column: string): Map<string, Int32Array> {
  const days = new Map<string, Int32Array>();
  for (const [symbol, rows] of bySymbolOf(table)) {
    days.set(symbol, Int32Array.from(rows, (row) => toDayNumber(row[column] ?? '')).toSorted());
  }
  return days;
}

function exRightsOf(actions: Table, symbols: readonly string[]): Map<string, ExRights> {
  const bySymbol = bySymbolOf(actions);
  return new Map(
    symbols.map((symbol) => {
      const rows = (bySymbol.get(symbol) ?? []).toSorted((a, b) =>
        (a['ex_date'] ?? '') < (b['ex_date'] ?? '') ? -1 : 1,
      );
      const days = Int32Array.from(rows, (row) => toDayNumber(row['ex_date'] ?? ''));
      return [symbol, { days, factors: Float64Array.from(rows, (row) => Number(row['factor'])) }];
    }),
  );
}

/** One run of the labelled fault benchmark, as far as a detector may read it. */
export interface Run {
  readonly intake: Intake;
  readonly context: JudgeContext;
  readonly dirty: Table;
}

export function tableIn(folder: string, name: string): Table {
  return readTable(join(folder, `${name}.csv`));
}

export function openRun(folder: string, withOthers: boolean): Run {
  const table = tableIn.bind(undefined, folder);
  const instruments = table('instruments');
  const symbols = instruments.map((row) => row['symbol'] ?? '');
  const sessions = Int32Array.from(table('calendar'), (row) =>
    toDayNumber(row['trade_date'] ?? ''),
  );
  const suspensions = groupDays(table('suspensions'), 'trade_date');
  const st = bySymbolOf(table('st'));
  const facts: IntakeFacts = {
    known: new Set(symbols),
    sessions,
    suspensions,
    endDay: sessions.at(-1) ?? 0,
    isSt: (symbol, day) =>
      (st.get(symbol) ?? []).some(
        (row) => day >= toDayNumber(row['start'] ?? '') && day <= toDayNumber(row['end'] ?? ''),
      ),
  };
  const dirty = table('dirty');
  const intake = readRows(textRows(dirty), facts);
  const context: JudgeContext = {
    sessions,
    startDay: sessions[0] ?? 0,
    endDay: facts.endDay,
    instruments: new Map(instruments.map((row) => [row['symbol'] ?? '', instrumentOf(row)])),
    lastClose: new Map(),
    suspensions,
    suspensionsComplete: true,
    exRights: exRightsOf(table('actions'), symbols),
    expected: new Map(
      instruments.map((row) => [
        row['symbol'] ?? '',
        { from: toDayNumber(row['expect_from'] ?? ''), to: toDayNumber(row['expect_to'] ?? '') },
      ]),
    ),
    ...(withOthers ? otherBars(folder, facts) : {}),
    symbols,
    qualityThreshold: 0,
    cleanData: true,
  };
  return { intake, context, dirty };
}

/** The second source and the stored version, where the run declares that it reads them. */
function otherBars(
  folder: string,
  facts: IntakeFacts,
): Pick<JudgeContext, 'secondSource' | 'stored'> {
  return {
    secondSource: readRows(textRows(tableIn(folder, 'alt')), facts).columns,
    stored: readRows(textRows(tableIn(folder, 'prior')), facts).columns,
  };
}

function textRows(table: Table): readonly TextRow[] {
  return table.map((row) => ({
    symbol: row['symbol'] ?? '',
    day: row['trade_date'] ?? '',
    values: ['open', 'high', 'low', 'close', 'pre_close', 'volume', 'amount'].map(
      (name) => row[name] ?? '',
    ),
  }));
}

function instrumentOf(row: Readonly<Record<string, string>>): Instrument {
  const listDate = row['list_date'] ?? '';
  return {
    symbol: row['symbol'] ?? '',
    name: undefined,
    listDate: listDate === '' ? undefined : listDate,
    delistDate: undefined,
  };
}
