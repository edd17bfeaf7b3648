import { checked, directoryFault, optional, integer, withDefault } from './setting-parsers.ts';

/** Settings of judging. */
export const QUALITY_SETTINGS = {
  ETL_RULES_FILE: optional(checked(directoryFault), {
    meaning:
      'JSON file that switches quality rules, sets severities, thresholds and tolerances, and adds rules',
    expected: 'a file; `candlewick rules` shows what holds',
    fallback: 'the catalogue as it is',
  }),
  ETL_SAMPLE_SYMBOLS: withDefault(integer(0, 500), {
    meaning:
      'Symbols of each daily run that are compared with another source than the one that served them; 0: none',
    expected: 'a whole number from 0 to 500',
    fallback: '20',
  }),
};
