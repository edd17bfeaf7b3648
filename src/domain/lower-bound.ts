/** Index of the first element of an ascending array that is not less than `wanted`; its length where there is none. */
export function lowerBound(ascending: Int32Array | Uint32Array, wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
