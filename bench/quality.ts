import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { MONEY_SCALE, VALUE_COLUMNS } from '../src/domain/bar.ts';
import { fromDayNumber } from '../src/domain/trading-day.ts';
import { HIT } from '../src/quality/hit-list.ts';
import { judgeFully } from '../src/quality/judge.ts';
import type { Judgement } from '../src/quality/verdict-of.ts';
import { FATE, SEVERITY_WEIGHT } from '../src/quality/verdict.ts';
import { openRun, type Run, type Table } from './qbench-run.ts';

/**
 * Judges one run of the labelled fault benchmark and writes what its scorer reads: flags, and the rows that may be
 * loaded. Reads dirty.csv, instruments, calendar, suspensions, st and actions; nothing that tells where the faults are.
 */

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
    // As every bench takes it; the result lies in the files.
    json: { type: 'boolean' },
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
