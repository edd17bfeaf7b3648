import type { Dimension, Severity } from './verdict.ts';

/** What cleaning does with a row that a rule hits. */
export type RuleAction =
  'repair' | 'quarantine' | 'blank' | 'drop' | 'refetch' | 'keep' | 'stop_batch';

/** One rule as a person reads it: `candlewick rules` prints this table. */
export interface Rule {
  readonly id: string;
  readonly dimension: Dimension;
  readonly severity: Severity;
  /** The first is what cleaning tries; the next is what remains where it does not succeed. */
  readonly actions: readonly RuleAction[];
  readonly summary: string;
  /** What the rule must know beside the row itself; where that is missing it abstains. */
  readonly needs: readonly RuleNeed[];
}

export type RuleNeed =
  | 'calendar'
  | 'instruments'
  | 'suspensions'
  | 'ex_rights'
  | 'st'
  | 'neighbours'
  | 'history'
  | 'all_symbols'
  | 'second_source'
  | 'stored_version';

function rule(
  id: string,
  dimension: Dimension,
  severity: Severity,
  actions: string,
  summary: string,
  needs = '',
): Rule {
  return {
    id,
    dimension,
    severity,
    actions: words(actions).filter(isRuleAction),
    summary,
    needs: words(needs).filter(isRuleNeed),
  };
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

const ACTIONS: readonly string[] = [
  'repair',
  'quarantine',
  'blank',
  'drop',
  'refetch',
  'keep',
  'stop_batch',
] satisfies readonly RuleAction[];
const NEEDS: readonly string[] = [
  'calendar',
  'instruments',
  'suspensions',
  'ex_rights',
  'st',
  'neighbours',
  'history',
  'all_symbols',
  'second_source',
  'stored_version',
] satisfies readonly RuleNeed[];

function isRuleAction(word: string): word is RuleAction {
  return ACTIONS.includes(word);
}

function isRuleNeed(word: string): word is RuleNeed {
  return NEEDS.includes(word);
}

/** Every rule. The letter says what it looks at: Validity of cells, Completeness, Keys, Uniqueness, order iN a row, Accuracy, Statistics, Time, other sources (X). */
export const RULES: readonly Rule[] = [
  rule(
    'V01_symbol',
    'validity',
    'high',
    'repair quarantine',
    'The symbol is unknown',
    'instruments',
  ),
  rule('V02_unparseable', 'validity', 'high', 'repair blank quarantine', 'A cell is no number'),
  rule('V03_number_format', 'validity', 'low', 'repair', 'A number is written in words or marks'),
  rule('V04_date_format', 'validity', 'low', 'repair', 'A date is not in the form YYYY-MM-DD'),
  rule(
    'V05_invalid_date',
    'validity',
    'critical',
    'repair quarantine',
    'There is no such day',
    'calendar neighbours',
  ),
  rule(
    'V06_future_date',
    'validity',
    'critical',
    'repair quarantine',
    'The day lies after the request or out of the order of its neighbours',
    'calendar neighbours',
  ),
  rule('V07_negative', 'validity', 'critical', 'repair quarantine', 'A value is negative'),
  rule(
    'V08_tick',
    'validity',
    'medium',
    'repair quarantine',
    'A price is no multiple of the tick, or has more than four decimals',
  ),
  rule('V09_non_positive', 'validity', 'critical', 'repair quarantine', 'A price is zero'),
  rule(
    'V10_zero_volume',
    'accuracy',
    'high',
    'quarantine refetch',
    'Prices moved without volume or amount',
  ),
  rule(
    'V11_fractional_volume',
    'validity',
    'high',
    'repair quarantine',
    'A volume is no whole number of shares',
  ),
  rule(
    'C01_null',
    'completeness',
    'high',
    'repair blank quarantine refetch',
    'A required cell is empty',
  ),
  rule(
    'C02_missing_session',
    'completeness',
    'critical',
    'refetch',
    'A session has no bar and no reason for it',
    'calendar',
  ),
  rule(
    'C03_absent_block',
    'completeness',
    'info',
    'keep',
    'Sessions without bars in an unbroken chain: probably suspended',
    'calendar neighbours',
  ),
  rule(
    'C04_partial_universe',
    'completeness',
    'critical',
    'refetch',
    'A session lacks many symbols',
    'calendar all_symbols',
  ),
  rule(
    'C05_truncated',
    'timeliness',
    'critical',
    'refetch',
    'The last sessions are absent',
    'calendar',
  ),
  rule(
    'K02_non_session',
    'consistency',
    'critical',
    'drop',
    'The day is no session of the exchange',
    'calendar',
  ),
  rule(
    'K03_bar_on_suspension',
    'consistency',
    'high',
    'drop',
    'A bar on a day without trade',
    'suspensions',
  ),
  rule(
    'K04_outside_range',
    'consistency',
    'medium',
    'drop',
    'A bar outside the listing life or the request',
    'instruments',
  ),
  rule('U01_duplicate', 'uniqueness', 'medium', 'drop', 'The row is there twice, equal'),
  rule(
    'U02_conflicting_duplicate',
    'uniqueness',
    'critical',
    'drop quarantine',
    'The row is there twice, with other values',
  ),
  rule(
    'N01_ohlc',
    'consistency',
    'critical',
    'repair quarantine',
    'High and low do not enclose open and close',
  ),
  rule('N02_swap_high_low', 'consistency', 'critical', 'repair', 'High and low are exchanged'),
  rule(
    'N03_column_order',
    'consistency',
    'critical',
    'repair',
    'The prices stand in another order',
  ),
  rule(
    'N04_swap_volume_amount',
    'consistency',
    'critical',
    'repair',
    'Volume and amount are exchanged',
  ),
  rule(
    'N05_swap_open_close',
    'consistency',
    'critical',
    'repair',
    'Open and close are exchanged',
    'neighbours',
  ),
  rule(
    'N06_pre_close',
    'consistency',
    'high',
    'repair quarantine',
    'The previous close is not that of the session before',
    'neighbours',
  ),
  rule(
    'N07_pre_close_unadjusted',
    'consistency',
    'high',
    'repair',
    'The previous close of an ex-right day is not adjusted',
    'ex_rights neighbours',
  ),
  rule(
    'N08_unexplained_ex_right',
    'consistency',
    'medium',
    'keep',
    'The previous close differs from the last close, and no ex-right event is known',
    'neighbours',
  ),
  rule('A01_decimal_field', 'accuracy', 'critical', 'repair', 'One price is off by a power of ten'),
  rule('A02_decimal_row', 'accuracy', 'critical', 'repair', 'All prices are off by a power of ten'),
  rule(
    'A03_unit_volume',
    'accuracy',
    'critical',
    'repair',
    'The volume is in another unit',
    'history',
  ),
  rule(
    'A04_unit_amount',
    'accuracy',
    'critical',
    'repair',
    'The amount is in another unit',
    'history',
  ),
  rule(
    'A05_unit_both',
    'accuracy',
    'critical',
    'repair',
    'Volume and amount are in other units',
    'history',
  ),
  rule(
    'A06_date_swap',
    'accuracy',
    'critical',
    'repair',
    'The values of two neighbouring sessions are exchanged',
    'neighbours',
  ),
  rule(
    'A07_close_vs_next_pre_close',
    'accuracy',
    'critical',
    'repair quarantine refetch',
    'The close is not what the next session calls its previous close',
    'neighbours',
  ),
  rule(
    'A08_spike',
    'accuracy',
    'critical',
    'quarantine refetch',
    'All prices leave the level for one session',
    'neighbours',
  ),
  rule(
    'A09_limit_breach',
    'accuracy',
    'critical',
    'quarantine refetch',
    'A price lies beyond the day’s limit',
    'calendar instruments st',
  ),
  rule(
    'A10_vwap_outside_range',
    'accuracy',
    'high',
    'repair quarantine',
    'Amount divided by volume lies outside low and high',
  ),
  rule(
    'A11_foreign_or_adjusted_run',
    'accuracy',
    'critical',
    'quarantine refetch',
    'A run of another price level: adjusted, or of another symbol',
    'neighbours',
  ),
  rule(
    'A12_precision_loss',
    'accuracy',
    'medium',
    'quarantine refetch',
    'Prices were rounded to 0.1',
    'neighbours',
  ),
  rule(
    'L01_link_suspect',
    'accuracy',
    'low',
    'keep',
    'The other side of a broken link',
    'neighbours',
  ),
  rule(
    'S01_volume_level',
    'accuracy',
    'medium',
    'quarantine refetch',
    'Volume and amount leave their level for one session',
    'history',
  ),
  rule(
    'T01_stale_row',
    'timeliness',
    'critical',
    'quarantine refetch',
    'The row repeats the session before',
    'neighbours',
  ),
  rule(
    'T02_stale_volume',
    'timeliness',
    'high',
    'quarantine refetch',
    'Volume and amount repeat the session before',
    'neighbours',
  ),
  rule(
    'T03_date_shift',
    'timeliness',
    'critical',
    'repair',
    'A run of days is off by one',
    'calendar',
  ),
  rule(
    'T04_stale_price',
    'timeliness',
    'high',
    'quarantine refetch',
    'The prices repeat the session before',
    'neighbours',
  ),
  rule(
    'T05_stale_day',
    'timeliness',
    'critical',
    'quarantine refetch',
    'Most symbols repeat the session before',
    'all_symbols',
  ),
  rule(
    'X01_cross_source',
    'accuracy',
    'high',
    'keep',
    'A second source disagrees',
    'second_source',
  ),
  rule(
    'X02_restatement',
    'consistency',
    'medium',
    'keep',
    'The stored version differs',
    'stored_version',
  ),
];
