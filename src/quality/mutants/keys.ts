import { MISSING } from '../../domain/bar.ts';
import { SAMPLE_SESSIONS, rowOf } from './sample.ts';
import {
  VICTIM,
  blank,
  byRows,
  copyValues,
  inContext,
  inPlace,
  inText,
  swap,
  type Mutant,
} from './mutant.ts';

const SYMBOLS = 24;
/** Session of the faults that concern a whole day. */
const DAY = 80;

/** Faults in the keys: which rows are there at all, and when. */
export const KEY_MUTANTS: Readonly<Record<string, Mutant>> = {
  V01_symbol: inText((rows) => {
    const row = rows[VICTIM];
    if (row !== undefined) {
      rows[VICTIM] = { ...row, symbol: row.symbol.slice(0, 6) };
    }
  }),
  C02_missing_session: byRows((rows) => rows.filter((row) => row !== VICTIM)),
  C03_absent_block: {
    level: 'columns',
    spoil: ({ columns, context }) => {
      const { spoil } = asColumns(byRows((rows) => rows.filter((row) => row !== VICTIM)));
      const { close, preClose } = columns;
      const spoilt = spoil({ columns, context: { ...context, suspensionsComplete: false } });
      spoilt.columns.preClose[VICTIM] = close[VICTIM - 1] ?? 0;
      return preClose.length > 0 ? spoilt : { columns, context };
    },
  },
  C04_partial_universe: byRows((rows) =>
    rows.filter((row) => row % SAMPLE_SESSIONS !== DAY || row < SYMBOLS * 40),
  ),
  C05_truncated: byRows((rows) => rows.filter((row) => row < rowOf(150) || row >= rowOf(0, 1))),
  K01_schema_drift: inPlace((columns) => {
    for (let row = 0; row < columns.length; row += 1) {
      blank(columns, row, 'volume', MISSING.noColumn);
    }
  }),
  K02_non_session: inPlace(({ tradingDay }) => {
    const friday = rowOf(4);
    tradingDay[friday] = (tradingDay[friday] ?? 0) + 1;
  }),
  K03_bar_on_suspension: inContext(({ columns, context }) => ({
    suspensions: new Map([
      ...context.suspensions,
      ['600100.SH', Int32Array.of(columns.tradingDay[VICTIM] ?? 0)],
    ]),
  })),
  K04_outside_range: inContext(({ columns }) => ({ endDay: columns.tradingDay[rowOf(150)] ?? 0 })),
  U01_duplicate: byRows((rows) => [...rows.slice(0, VICTIM), VICTIM, ...rows.slice(VICTIM)]),
  U02_conflicting_duplicate: {
    level: 'columns',
    spoil: (sample) => {
      const twice = byRows((rows) => [...rows.slice(0, VICTIM), VICTIM, ...rows.slice(VICTIM)]);
      const spoilt = asColumns(twice).spoil(sample);
      spoilt.columns.close[VICTIM] = (spoilt.columns.low[VICTIM] ?? 0) + 100;
      return spoilt;
    },
  },
  T01_stale_row: inPlace((columns) => copyValues(columns, VICTIM - 1, VICTIM)),
  T02_stale_volume: inPlace(({ volume, amount }) => {
    volume[VICTIM] = volume[VICTIM - 1] ?? 0;
    amount[VICTIM] = amount[VICTIM - 1] ?? 0;
  }),
  T03_date_shift: inPlace(({ tradingDay }) => {
    for (let row = rowOf(40); row < rowOf(54); row += 1) {
      tradingDay[row] = (tradingDay[row] ?? 0) - 1;
    }
  }),
  T04_stale_price: inPlace(({ open, high, low, close }) => {
    for (const values of [open, high, low, close]) {
      values[VICTIM] = values[VICTIM - 1] ?? 0;
    }
  }),
  T05_stale_day: inPlace((columns) => {
    for (let symbol = 0; symbol < SYMBOLS; symbol += 1) {
      copyValues(columns, rowOf(DAY - 1, symbol), rowOf(DAY, symbol));
    }
  }),
  T06_late: byRows((rows) => rows.filter((row) => row % SAMPLE_SESSIONS < SAMPLE_SESSIONS - 1)),
  T07_partial_bar: inContext(({ context }) => ({
    // 14:00 in Shanghai on the last day.
    fetchedAt: [context.endDay * 86_400_000 + 6 * 3_600_000],
  })),
  G01_below_threshold: inPlace(({ high, low }) => {
    for (let session = 1; session < SAMPLE_SESSIONS; session += 2) {
      const row = rowOf(session);
      swap(high, low, row);
      low[row] = (low[row] ?? 0) + 77;
    }
  }),
  G02_not_loadable: {
    level: 'columns',
    spoil: ({ columns, context }) => {
      const half = inPlace(({ volume }) => {
        volume[VICTIM] = (volume[VICTIM] ?? 0) + 0.5;
      });
      const rules = { disabled: ['V11_fractional_volume'] };
      return asColumns(half).spoil({ columns, context: { ...context, rules } });
    },
  },
};

function asColumns(mutant: Mutant): Extract<Mutant, { level: 'columns' }> {
  if (mutant.level === 'text') {
    throw new TypeError('A mutant of columns is wanted here');
  }
  return mutant;
}
