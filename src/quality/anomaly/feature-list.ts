/** How a feature's value is shown: a logarithm as a ratio, the rest as it stands. */
type FeatureForm = 'ratio' | 'times' | 'number';

/** One column of the feature matrix. */
export interface Feature {
  readonly name: string;
  readonly form: FeatureForm;
  /** For explanations: what the value compares. */
  readonly words: string;
}

function feature(name: string, form: FeatureForm, words: string): Feature {
  return { name, form, words };
}

/**
 * What models look at: ratios, never raw levels. Models name their features, so that one trained on an older list is
 * refused and not misread: never change the meaning of a name.
 */
export const FEATURES: readonly Feature[] = [
  feature('return', 'ratio', 'close against previous close'),
  feature('openReturn', 'ratio', 'open against previous close'),
  feature('gapBefore', 'ratio', 'previous close against the close before'),
  feature('gapAfter', 'ratio', 'next previous close against close'),
  feature('range', 'ratio', 'high against low'),
  feature('upperShadow', 'ratio', 'high against the body'),
  feature('lowerShadow', 'ratio', 'the body against low'),
  feature('meanPrice', 'ratio', 'mean price against close'),
  feature('meanPlace', 'number', 'place of the mean price between low (0) and high (1)'),
  feature('volumeLevel', 'ratio', 'volume against the median of 20 sessions before'),
  feature('amountLevel', 'ratio', 'amount against the median of 20 sessions before'),
  feature('closeLevel', 'ratio', 'close against the median of 20 sessions before'),
  feature('tickResidue', 'number', 'parts of a tick in the prices'),
  feature('emptyCells', 'number', 'cells without a value'),
  feature('repeated', 'number', 'values equal to the session before'),
  feature('idleSessions', 'number', 'sessions since the bar before'),
  feature('offCalendar', 'number', 'on a day without session'),
  feature('sameKey', 'number', 'another bar of the same day'),
  feature('volumeAhead', 'ratio', 'volume against the median of 10 sessions after'),
  feature('closeAhead', 'ratio', 'close against the median of 10 sessions after'),
  feature('returnUsual', 'times', 'return against the usual return of the symbol'),
  feature('rangeUsual', 'times', 'range against the usual range of the symbol'),
  feature('volumeStep', 'times', 'change of volume against the usual change of the symbol'),
  feature('volumeStepAhead', 'times', 'change of volume to the next session against the usual'),
  feature('limitUse', 'number', 'return as a part of the price limit'),
  feature('marketReturn', 'ratio', 'return against the median of the day'),
  feature('marketVolume', 'ratio', 'change of volume against the median change of the day'),
  feature(
    'coarse',
    'number',
    'prices that are multiples of ten ticks, of this and both adjacent bars',
  ),
  feature('gapReturn', 'ratio', 'close against the close before'),
  feature('gapReturnAhead', 'ratio', 'next close against close'),
  feature('volumeFar', 'ratio', 'volume against the median of 100 sessions around'),
  feature('closeFar', 'ratio', 'close against the median of 100 sessions around'),
];

export const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name);

/** A value as a person reads it: `volume against the median of 20 sessions before: × 31.2`. */
export function showFeature(index: number, value: number): string {
  const { form, words } = FEATURES[index] ?? feature('?', 'number', 'unknown feature');
  switch (form) {
    case 'ratio': {
      return `${words} × ${round(Math.exp(value))}`;
    }
    case 'times': {
      return `${words} ${round(value)} times`;
    }
    case 'number': {
      return `${words} ${round(value)}`;
    }
  }
  return words;
}

function round(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
