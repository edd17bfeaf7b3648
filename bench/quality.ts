import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { MONEY_SCALE, VALUE_COLUMNS } from '../src/domain/bar.ts';
import type { Instrument } from '../src/domain/instrument.ts';
import { fromDayNumber, toDayNumber } from '../src/domain/trading-day.ts';
import { HIT } from '../src/quality/hit-list.ts';
import {
  readRows,
  type Intake,
  type IntakeFacts,
  type TextRow,
} from '../src/quality/intake/read-rows.ts';
import { judgeFully } from '../src/quality/judge.ts';
import type { Judgement } from '../src/quality/verdict-of.ts';
import { FATE, SEVERITY_WEIGHT, type ExRights, type JudgeContext } from '../src/quality/verdict.ts';

/**
 * Judges one run of the labelled fault benchmark and writes what its scorer reads: flags, and the rows that may be
 * loaded. Reads dirty.csv, instruments, calendar, suspensions, st and actions; nothing that tells where the faults are.
 */

type Table = readonly Readonly<Record<string, string>>[];

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

interface Run {
  readonly intake: Intake;
  readonly context: JudgeContext;
  readonly dirty: Table;
}

function tableIn(folder: string, name: string): Table {
  return readTable(join(folder, `${name}.csv`));
}

function openRun(folder: string, withOthers: boolean): Run {
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

function keyIn(dirty: Table, row: number): string {
  return `${dirty[row]?.['symbol'] ?? ''},${dirty[row]?.['trade_date'] ?? ''}`;
}

function detectedLines({ intake, dirty }: Run, { sheet, report }: Judgement): string[] {
  const lines = ['symbol,trade_date,score,flag,row_id,check,field'];
  const keyOf = keyIn.bind(undefined, dirty);
  for (const { row, rule } of intake.notes) {
    lines.push(`${keyOf(row)},0.95,1,${dirty[row]?.['row_id'] ?? ''},${rule},`);
  }
  for (const { row, rule, symbolId, day, confidence } of report.hits) {
    const isFlag = SEVERITY_WEIGHT[rule.severity] > 0 ? 1 : 0;
    const score = isFlag === 1 ? (0.5 + 0.5 * confidence).toFixed(4) : '0.1';
    if (row === undefined) {
      if (isFlag === 1 && symbolId >= 0) {
        lines.push(`${sheet.names[symbolId] ?? ''},${fromDayNumber(day)},${score},1,,${rule.id},`);
      }
    } else {
      const from = sheet.sent.sourceRow[row] ?? 0;
      lines.push(`${keyOf(from)},${score},${isFlag},${dirty[from]?.['row_id'] ?? ''},${rule.id},`);
    }
  }
  report.oddity.forEach((oddity, row) => {
    if (oddity > 0) {
      const from = sheet.sent.sourceRow[row] ?? 0;
      lines.push(`${keyOf(from)},${(oddity / 2).toFixed(5)},0,${dirty[from]?.['row_id'] ?? ''},,`);
    }
  });
  return lines;
}

function cleanedLines({ sheet, report }: Judgement): string[] {
  const lines = ['symbol,trade_date,open,high,low,close,pre_close,volume,amount'];
  const { columns } = sheet;
  for (let row = 0; row < sheet.length; row += 1) {
    if (report.fate[row] === FATE.publish) {
      const values = VALUE_COLUMNS.map((name) => {
        const value = columns[name][row] ?? Number.NaN;
        return Number.isNaN(value) ? '' : String(name === 'volume' ? value : value / MONEY_SCALE);
      });
      const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
      lines.push([symbol, fromDayNumber(columns.tradingDay[row] ?? 0), ...values].join(','));
    }
  }
  return lines;
}

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    out: { type: 'string' },
    clean: { type: 'string' },
    'with-x': { type: 'boolean', default: false },
  },
});
if (options.data === undefined || options.out === undefined) {
  console.error(
    'Usage: bench:quality -- --data DIR --out DETECTED.csv [--clean CLEANED.csv] [--with-x]',
  );
  process.exit(2);
}
const run = openRun(options.data, options['with-x']);
const start = process.cpuUsage();
const judgement = judgeFully(run.intake.columns, run.context);
const { user, system } = process.cpuUsage(start);
writeFileSync(options.out, `${detectedLines(run, judgement).join('\n')}\n`);
if (options.clean !== undefined) {
  writeFileSync(options.clean, `${cleanedLines(judgement).join('\n')}\n`);
}
const seconds = (user + system) / 1e6;
const repaired = [...judgement.report.hits].filter(({ state }) => state === HIT.repaired).length;
console.error(
  `${judgement.sheet.length} rows judged in ${seconds.toFixed(2)} CPU s (${Math.round(judgement.sheet.length / seconds)} rows/s), ` +
    `${judgement.report.hits.length} hits, ${repaired} repaired, score ${judgement.scores.raw.toFixed(4)} as sent, ${judgement.scores.load.toFixed(4)} after repair`,
);
