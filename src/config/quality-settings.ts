import { checked, directoryFault, optional } from './setting-parsers.ts';

/** Settings of judging. */
export const QUALITY_SETTINGS = {
  ETL_RULES_FILE: optional(checked(directoryFault), {
    meaning:
      'JSON file that switches quality rules, sets severities, thresholds and tolerances, and adds rules',
    expected: 'a file; `candlewick rules` shows what holds',
    fallback: 'the catalogue as it is',
  }),
};
