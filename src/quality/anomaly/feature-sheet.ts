import type { Sheet } from '../sheet.ts';

/** What features are measured on. */
export type FeatureSheet = Pick<Sheet, 'columns' | 'session' | 'groupStart' | 'length'>;
