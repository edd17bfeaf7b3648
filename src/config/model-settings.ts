import { z } from 'zod';

import { decimal, withDefault } from './setting-parsers.ts';

export const ANOMALY_MODELS = ['auto', 'isolation_forest', 'boosted_trees', 'off'] as const;

/** Settings of the anomaly models. */
export const MODEL_SETTINGS = {
  ETL_ANOMALY_MODEL: withDefault(z.enum(ANOMALY_MODELS), {
    meaning:
      'Model that ranks rows on which no rule decides; auto: boosted trees where some are active, else an isolation forest',
    expected: `one of ${ANOMALY_MODELS.join(', ')}`,
    fallback: 'auto',
  }),
  ETL_ANOMALY_CONTAMINATION: withDefault(decimal(0, 0.5), {
    meaning: 'Share of right rows that a model may flag; the original had 0.05',
    expected: 'a number from 0 to 0.5',
    fallback: '0.001',
  }),
  ETL_ANOMALY_SHARE: withDefault(decimal(0, 1), {
    meaning: 'Share of the rows of a batch that are scored at most: the oddest ones',
    expected: 'a number from 0 to 1',
    fallback: '0.02',
  }),
};
