/** The median; of an even number of values the upper of the middle two. NaN where there is none. */
export function middleValue(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
