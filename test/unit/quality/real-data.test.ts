import assert from 'node:assert/strict';

import { MISSING, takeRows, type BarColumns } from '../../../src/domain/bar.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { judgeBars, judgeFully } from '../../../src/quality/judge.ts';
import { blank } from '../../../src/quality/mutants/mutant.ts';
import { openSheet } from '../../../src/quality/sheet.ts';
import { FATE, type JudgeContext, type Verdict } from '../../../src/quality/verdict.ts';
import {
  columnsOf,
  compactDay,
  readBaostock,
  readCsv,
  readSessions,
  readSharedCsv,
  readSharedTar,
  type RealRow,
} from '../../support/real-bars.ts';
import { describeWithSharedData } from '../../support/shared-data.ts';

function contextOf(columns: BarColumns, more: Partial<JudgeContext> = {}): JudgeContext {
  const days = [...columns.tradingDay].toSorted((a, b) => a - b);
  return {
    sessions: readSessions(),
    startDay: days[0] ?? 0,
    endDay: days.at(-1) ?? 0,
    instruments: new Map(),
    lastClose: new Map(),
    suspensions: new Map(),
    symbols: columns.symbols,
    qualityThreshold: 0.7,
    cleanData: true,
    ...more,
  };
}

/** `rule symbol day` of each finding that costs something. */
function complaints({ findings }: Verdict): string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ rule, symbol, tradingDay }) => `${rule} ${symbol} ${fromDayNumber(tradingDay)}`)
    .toSorted();
}

function fatesOf({ fate }: Verdict): { published: number; held: number } {
  return {
    published: fate.reduce((count, one) => count + (one === FATE.publish ? 1 : 0), 0),
    held: fate.reduce((count, one) => count + (one === FATE.quarantine ? 1 : 0), 0),
  };
}

function tushareRow(row: Readonly<Record<string, string>>): RealRow {
  return {
    symbol: row['ts_code'] ?? '',
    day: compactDay(row['trade_date'] ?? ''),
    open: row['open'] ?? '',
    high: row['high'] ?? '',
    low: row['low'] ?? '',
    close: row['close'] ?? '',
    preClose: row['pre_close'] ?? '',
    volume: String(Math.round(Number(row['vol']) * 100)),
    amount: String(Number(row['amount']) * 1_000),
  };
}

describeWithSharedData('quality of real bars', () => {
  it('publishes 100 symbols of the CSI 300 but for three defects of the vendor', () => {
    const columns = readBaostock('baostock_csi300_2020_2025_dev');

    const verdict = judgeBars(columns, contextOf(columns));

    assert.deepEqual(complaints(verdict), [
      'A10_vwap_outside_range 300896.SZ 2020-12-09',
      'A10_vwap_outside_range 300999.SZ 2020-11-09',
      'A10_vwap_outside_range 300999.SZ 2020-12-09',
    ]);
    assert.deepEqual(fatesOf(verdict), { published: 122_536, held: 3 });
  });

  it('finds and changes no more where the source sends no previous closes', () => {
    const columns = readBaostock('baostock_csi300_2020_2025_dev');
    for (let row = 0; row < columns.length; row += 1) {
      blank(columns, row, 'preClose', MISSING.noColumn);
    }

    const verdict = judgeBars(columns, contextOf(columns));

    assert.deepEqual(fatesOf(verdict), { published: 122_536, held: 3 });
    assert.equal(verdict.hits['A10_vwap_outside_range'], 3);
    assert.deepEqual(verdict.repairs, []);
  });

  it('publishes 21 symbols of Shanghai, 2010 to 2024, whole', () => {
    const columns = readBaostock('baostock_sh_2010_2024_dev');

    const verdict = judgeBars(columns, contextOf(columns));

    assert.deepEqual(complaints(verdict), []);
    assert.equal(verdict.score, 1);
  });

  it('has at most one complaint in 10,000 rows of ST, suspended and relisted shares', () => {
    const columns = readBaostock('baostock_sz_ugly_1990_2022_dev');

    const verdict = judgeBars(columns, contextOf(columns));

    // The first session after a relisting by merger; two days of extreme volume; a restructuring.
    assert.deepEqual(complaints(verdict), [
      'A09_limit_breach 000629.SZ 2009-05-06',
      'N08_unexplained_ex_right 000620.SZ 2011-07-08',
      'S01_volume_level 000600.SZ 2005-12-05',
    ]);
  });

  it('publishes two forms of Tushare files whole, without a list of suspensions', () => {
    const rows = readSharedCsv('bars_tushare', 'tushare_daily_sse50_20250102_20251031_dev.csv.gz');
    const files = readSharedTar('bars_tushare', 'tushare_daily_per_symbol_2020_2024_dev.tar.gz');
    const parts = [rows, [...files.values()].flatMap(readCsv)];
    for (const part of parts) {
      const columns = columnsOf(part.map(tushareRow));

      const verdict = judgeBars(columns, contextOf(columns));

      assert.deepEqual(complaints(verdict), []);
      assert.equal(fatesOf(verdict).held, 0);
    }
  });

  it('holds every bar with a negative forward-adjusted price', () => {
    const files = readSharedTar('akshare', 'akshare_qfq_negative_prices_20yr_dev.tar.gz');
    const rows = [...files].flatMap(([name, text]) => akshareRows(name, text));
    const columns = columnsOf(rows);
    const verdict = judgeBars(columns, contextOf(columns, { qualityThreshold: 0 }));
    const sorted = openSheet(columns, new Int32Array(0)).sent;

    let negative = 0;
    for (let row = 0; row < sorted.length; row += 1) {
      if ((sorted.low[row] ?? 0) < 0) {
        negative += 1;
        assert.notEqual(verdict.fate[row], FATE.publish);
      }
    }
    assert.ok(negative > 100, `${negative} negative rows`);
  });

  it('finds partial days and the shift by 0.50 of one vendor beside another', () => {
    const first = openSheet(readBaostock('baostock_csi300_2020_2025_dev'), new Int32Array(0)).sent;
    const sh = openSheet(readBaostock('baostock_sz_ugly_1990_2022_dev'), new Int32Array(0)).sent;
    const found = [...samleonAgainst(first), ...samleonAgainst(sh)];
    const partial = found.filter((one) => one.endsWith('2019-06-26')).length;
    assert.ok(partial >= 25, `${partial} partial bars of 2019-06-26`);
    assert.ok(found.includes('301006.SZ 2021-08-02') && found.includes('301006.SZ 2021-08-09'));
  });
});

function akshareRows(name: string, text: string): RealRow[] {
  const code = /(\d{6})/.exec(name)?.[1] ?? '600000';
  const symbol = `${code}.${code.startsWith('6') ? 'SH' : 'SZ'}`;
  return readCsv(text).map((row) => ({
    symbol,
    day: toDayNumber((row['date'] ?? row['日期'] ?? '').slice(0, 10)),
    open: row['open'] ?? row['开盘'] ?? '',
    high: row['high'] ?? row['最高'] ?? '',
    low: row['low'] ?? row['最低'] ?? '',
    close: row['close'] ?? row['收盘'] ?? '',
    volume: String(Number(row['volume'] ?? row['成交量'] ?? '') * 100),
  }));
}

/** `symbol day` where samleon's bars (which have no volume of their own) differ from Baostock's. */
function samleonAgainst(other: BarColumns): string[] {
  const files = readSharedTar('second_source', 'samleon_daily_2019_2023_dev.tar.gz');
  const rows = other.symbols.flatMap((symbol) => {
    const entry = [...files].find(([name]) => name.includes(symbol.slice(0, 6)));
    return entry === undefined ? [] : samleonRows(symbol, entry[1]);
  });
  const columns = columnsOf(rows);
  const context = contextOf(columns, { secondSource: other });
  const { report, sheet } = judgeFully(takeRows(columns, Uint32Array.from(rows.keys())), context);
  return [...report.hits]
    .filter(({ rule }) => rule.id === 'X01_cross_source')
    .map(({ symbolId, day }) => `${sheet.sent.symbols[symbolId] ?? ''} ${fromDayNumber(day)}`);
}

function samleonRows(symbol: string, text: string): RealRow[] {
  return readCsv(text)
    .filter((row) => (row['open'] ?? '') !== '' && /^\d{4}-\d{2}-\d{2}/.test(row['date'] ?? ''))
    .map((row) => ({
      symbol,
      day: toDayNumber((row['date'] ?? '').slice(0, 10)),
      open: row['open'] ?? '',
      high: row['high'] ?? '',
      low: row['low'] ?? '',
      close: row['close'] ?? '',
      amount: row['volume'] ?? '',
    }));
}
