import { featuresOfAll } from '../anomaly/features.ts';
import { encodeModel } from '../anomaly/model-codec.ts';
import { trainIsolationForest } from '../anomaly/model.ts';
import { openSheet } from '../sheet.ts';
import { VICTIM, inPlace, rowsOf, scale, type Mutant } from './mutant.ts';
import { takeRows } from '../../domain/bar.ts';
import type { Sample } from './sample.ts';

const TICK = 100;

/** A bar that breaks no rule and is odd in several ways at once, before a model that knows the clean sample. */
export const MODEL_MUTANTS: Readonly<Record<string, Mutant>> = {
  M01_anomaly: {
    level: 'columns',
    spoil: (sample) => {
      const odd = oddBar(sample);
      const models = [
        { modelId: 1, sha256: 'of the sample', encoded: modelOf(sample), isShadow: false },
      ];
      return {
        columns: odd.columns,
        context: { ...odd.context, anomaly: { models, share: 0.05 } },
      };
    },
  },
};

function oddBar(sample: Sample): Sample {
  const mutant = inPlace(({ volume, amount, high, low }) => {
    scale(volume, VICTIM, 5);
    scale(amount, VICTIM, 5);
    high[VICTIM] = TICK * Math.round((1.05 * (high[VICTIM] ?? 0)) / TICK);
    low[VICTIM] = TICK * Math.round((0.95 * (low[VICTIM] ?? 0)) / TICK);
  });
  return mutant.level === 'columns' ? mutant.spoil(sample) : sample;
}

/** Flags what is odder than nearly all of the sample: only around its ex-right days are bars as odd. */
function modelOf({ columns, context }: Sample): Uint8Array {
  const bars = takeRows(columns, rowsOf(columns.length));
  const { values } = featuresOfAll(openSheet(bars, context.sessions));
  const settings = { trees: 100, sampleSize: 256, seed: 1, contamination: 0.01 };
  return encodeModel(trainIsolationForest(values, settings));
}
