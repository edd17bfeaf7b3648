import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import type { DayFacts, ReportFacts } from '../../../src/quality/report/facts.ts';
import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';

const FROM = '2023-11-01';
const TO = '2024-02-29';

/** A session on which all is well; only what matters need be named. */
export function dayFacts(day: string, changes: Partial<DayFacts> = {}): DayFacts {
  return {
    day,
    loaded: 100,
    excused: 0,
    quarantined: 0,
    missing: 0,
    keys: 100,
    cost: 0,
    scoreAsSent: 1,
    ...changes,
  };
}

/** The facts of a report over which nothing is wrong. */
export function reportFacts(changes: Partial<ReportFacts> = {}): ReportFacts {
  const days = [...sessionsBetween('SSE', FROM, TO)].map((day) => dayFacts(fromDayNumber(day)));
  return {
    generatedAt: '2024-03-02T01:00:00.000Z',
    startDate: FROM,
    endDate: TO,
    symbols: 100,
    bars: days.length * 100,
    keys: days.length * 100,
    missing: 0,
    held: 0,
    barless: 0,
    failedSymbols: 0,
    days,
    rules: [],
    worst: [],
    candles: [],
    sources: [],
    cleaning: undefined,
    quarantine: {
      held: 0,
      symbols: 0,
      released: 0,
      rejected: 0,
      replaced: 0,
      oldestDays: null,
      groups: [],
    },
    restatements: [],
    secondSource: { samples: 0, bars: 0, differing: 0, abstained: null, differences: [] },
    restated: 0,
    anomalies: [],
    purpose: 'standard',
    ...changes,
  };
}

/** Everything that a report can show, at once. */
export function fullFacts(): ReportFacts {
  const clean = reportFacts();
  const first = toDayNumber('2024-01-02');
  const bars = [...sessionsBetween('SSE', '2024-01-02', '2024-02-29')].map((day, at) => {
    const open = 10 + Math.sin(at / 5) + (day - first) / 40;
    const close = at === 12 ? open : open + Math.cos(at) / 4;
    const [high, low] = [Math.max(open, close) + 0.1, Math.min(open, close) - 0.1];
    return { day: fromDayNumber(day), open, high, low, close, volume: 1e6 * (2 + Math.sin(at)) };
  });
  return {
    ...clean,
    missing: 40,
    held: 12,
    days: clean.days.map((day, at) => {
      if (at === 20) {
        return { ...day, loaded: 60, missing: 40, keys: 60 };
      }
      return at % 17 === 3
        ? { ...day, loaded: 97, quarantined: 3, keys: 97, cost: 12, scoreAsSent: 0.62 }
        : day;
    }),
    rules: [
      { rule: 'A07_broken_link', hits: 31, symbols: 4, cost: 300 },
      { rule: 'S01_volume_level', hits: 7, symbols: 5, cost: 20 },
      { rule: 'my_own_rule', hits: 2, symbols: 1, cost: 0 },
    ],
    worst: [
      {
        symbol: '600000.SH',
        name: '<b>浦发银行</b>',
        bars: 70,
        score: 0.512,
        findings: 9,
        held: 12,
        missing: 3,
        example: 'The close 10.1 is not the next previous close 10.3',
      },
      {
        symbol: '000001.SZ',
        name: null,
        bars: 79,
        score: 0.96,
        findings: 1,
        held: 0,
        missing: 0,
        example: null,
      },
    ],
    candles: [
      {
        symbol: '600000.SH',
        name: '浦发银行',
        bars: bars.filter((_, at) => at !== 8),
        flags: [
          { day: bars[8]?.day ?? '', rule: 'N01_ohlc', outcome: 'held', message: 'high below low' },
          {
            day: bars[20]?.day ?? '',
            rule: 'A01_decimal_shift',
            outcome: 'repaired',
            message: 'close 1.02 for 10.2',
          },
        ],
      },
    ],
    sources: [
      {
        source: 'tushare',
        answers: 12,
        bars: 7000,
        held: 12,
        rejected: 1,
        scoreAsSent: 0.81,
        score: 0.97,
        lastFetched: '2024-03-01T09:30:00Z',
      },
      {
        source: 'eastmoney',
        answers: 3,
        bars: 900,
        held: 0,
        rejected: 0,
        scoreAsSent: null,
        score: 0.995,
        lastFetched: null,
      },
    ],
    cleaning: {
      batches: 15,
      keys: 7900,
      scoreAsSent: 0.81,
      scoreAfter: 0.968,
      repaired: 44,
      dropped: 5,
      held: 12,
      published: 3,
      absent: 0,
      repairedBars: 41,
      undone: 1,
      byRule: [{ rule: 'A03_volume_unit', found: 40, repaired: 38 }],
      examples: [
        {
          symbol: '000001.SZ',
          day: '2024-01-15',
          column: 'volume',
          original: '12345',
          repaired: '1234500',
          rule: 'A03_volume_unit',
        },
      ],
    },
    quarantine: {
      held: 12,
      symbols: 1,
      released: 3,
      rejected: 1,
      replaced: 0,
      oldestDays: 6,
      groups: [{ source: 'tushare', rule: 'N01_ohlc', rows: 12, symbols: 1 }],
    },
    secondSource: {
      samples: 5,
      bars: 100,
      differing: 1,
      abstained: '2 symbols were not compared: sina has no bars of them',
      differences: [
        {
          symbol: '600000.SH',
          day: '2024-01-11',
          field: 'close',
          source: 'tushare',
          value: '8.1',
          otherSource: 'sina',
          otherValue: '8.11',
        },
      ],
    },
    restatements: [
      { symbol: '000001.SZ', day: '2024-01-10', before: 9.2, after: 9.21, source: 'tushare' },
    ],
    restated: 2,
    anomalies: [
      {
        symbol: '000002.SZ',
        day: '2024-02-01',
        rule: 'S01_volume_level',
        message: 'volume 30 times its neighbours',
      },
    ],
    purpose: 'demo',
  };
}
