import { InvalidArgumentError } from 'commander';

/** `a,b`, `a, b`, or the option given twice. */
export function list(text: string, before: readonly string[] = []): readonly string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) {
    throw new InvalidArgumentError('Expected one or more, joined by commas.');
  }
  return [...before, ...items];
}

/** A number as the job's input wants it. Whether it is allowed is for the one who reads the input to say. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new InvalidArgumentError('Expected a number.');
  }
  return value;
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

const MS_PER: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `30`, `90s`, `5m`, `2h` as milliseconds. */
export function duration(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,6})(s|m|h)?$/.exec(text) ?? [];
  const factor = MS_PER[unit];
  if (digits === undefined || factor === undefined || Number(digits) === 0) {
    throw new InvalidArgumentError('Expected a time such as 30s, 5m or 2h.');
  }
  return Number(digits) * factor;
}

/** One of the words named. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word === undefined) {
      throw new InvalidArgumentError(`Expected one of ${words.join(', ')}.`);
    }
    return word;
  };
}

/** Ids, one an argument. */
export function ids(text: string, before: readonly number[] = []): readonly number[] {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new InvalidArgumentError('Expected the id of a row: a whole number.');
  }
  return [...before, Number(text)];
}
