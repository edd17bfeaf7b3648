import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { VALUE_COLUMNS } from '../../../src/domain/bar.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import type { BarsRequest, RequestFacts } from '../../../src/sources/data-source.ts';
import { decoders } from '../../../src/sources/decoders.ts';
import { createFilesSource } from '../../../src/sources/files/files-source.ts';

export const never: AbortSignal = new AbortController().signal;

/** A directory of files that is gone when the suite ends. */
export interface BarFiles {
  readonly root: string;
  write(path: string, content: string | Uint8Array): void;
}

export function makeBarFiles(): BarFiles {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'candlewick-files-')));
  after(() => rmSync(root, { recursive: true, force: true }));
  return {
    root,
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
  };
}

/** One answer, decoded from nothing but its bytes and its facts. */
export interface ReadAnswer {
  readonly symbols: readonly string[];
  readonly request: RequestFacts;
  readonly body: Uint8Array;
  /** `600519.SH 2024-01-02` and the values in the order of VALUE_COLUMNS, in 1/10,000 CNY and shares. */
  readonly rows: readonly string[];
  readonly marks: readonly number[];
  readonly missing: readonly number[];
  readonly sourceRows: readonly number[];
}

export interface ReadFiles {
  readonly answers: readonly ReadAnswer[];
  readonly rows: readonly string[];
  /** Message by symbol. */
  readonly refused: ReadonlyMap<string, Error>;
}

/** Everything that the source has of a request; symbols and range are its own where they are not named. */
export async function readFiles(
  root: string,
  request: Partial<BarsRequest> = {},
): Promise<ReadFiles> {
  const source = createFilesSource({ root });
  const scope = request.path === undefined ? {} : { path: request.path };
  const { instruments, firstDay, lastDay } = await source.inspect(scope, never);
  const answers: ReadAnswer[] = [];
  const refused = new Map<string, Error>();
  const whole = {
    symbols: instruments.map(({ symbol }) => symbol),
    startDate: firstDay ?? '2024-01-01',
    endDate: lastDay ?? '2024-01-01',
  };
  for await (const answer of source.fetchBars({ ...whole, ...request }, never)) {
    if (answer.kind === 'refused') {
      answer.symbols.forEach((symbol) => refused.set(symbol, answer.error));
      continue;
    }
    answers.push({ ...answer, ...(await decode(answer.format, answer.body, answer.request)) });
  }
  return { answers, refused, rows: answers.flatMap(({ rows }) => rows) };
}

async function decode(
  format: string,
  body: Uint8Array,
  facts: RequestFacts,
): Promise<Pick<ReadAnswer, 'rows' | 'marks' | 'missing' | 'sourceRows'>> {
  const decoder = decoders[format];
  if (decoder === undefined) {
    throw new TypeError(`no decoder for ${format}`);
  }
  const columns = await decoder(body, facts);
  const rows = Array.from({ length: columns.length }, (_, row) => {
    const symbol = columns.symbols[columns.symbolId[row] ?? 0];
    const values = VALUE_COLUMNS.map((name) => String(columns[name][row]));
    return [`${symbol} ${fromDayNumber(columns.tradingDay[row] ?? 0)}`, ...values].join(' ');
  });
  const { marks, missing, sourceRow } = columns;
  return { rows, marks: [...marks], missing: [...missing], sourceRows: [...sourceRow] };
}

/** Three sessions of a symbol as Tushare writes them, newest first. */
export const TUSHARE_HEADER =
  'ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount';
export const TUSHARE_ROWS = [
  '600519.SH,20240104,1693.0,1693.0,1662.93,1669.0,1694.0,-25.0,-1.4758,20518.18,3434293.567',
  '600519.SH,20240103,1681.11,1695.22,1676.33,1694.0,1685.01,8.99,0.5335,20225.57,3410936.434',
  '600519.SH,20240102,1715.0,1718.19,1678.1,1685.01,1726.0,-40.99,-2.3748,32156.44,5440082.545',
] as const;
export const TUSHARE = [TUSHARE_HEADER, ...TUSHARE_ROWS, ''].join('\n');
/** The same three as our columns have them. */
export const EXPECTED_ROWS = [
  '600519.SH 2024-01-04 16930000 16930000 16629300 16690000 16940000 2051818 34342935670000',
  '600519.SH 2024-01-03 16811100 16952200 16763300 16940000 16850100 2022557 34109364340000',
  '600519.SH 2024-01-02 17150000 17181900 16781000 16850100 17260000 3215644 54400825450000',
] as const;
