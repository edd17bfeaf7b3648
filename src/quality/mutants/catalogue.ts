import { ACCURACY_MUTANTS } from './accuracy.ts';
import { KEY_MUTANTS } from './keys.ts';
import { MODEL_MUTANTS } from './models.ts';
import type { Mutant } from './mutant.ts';
import { VALUE_MUTANTS } from './values.ts';

/** A fault for every rule of the catalogue, by rule id. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  ...VALUE_MUTANTS,
  ...KEY_MUTANTS,
  ...ACCURACY_MUTANTS,
  ...MODEL_MUTANTS,
};
