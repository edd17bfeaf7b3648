import type { BatchReport } from '../batch-report.ts';
import type { Sheet } from '../sheet.ts';
import { FATE } from '../verdict.ts';

/** What a bar may do without being worth a look: each is divided by its measure, and the largest counts. */
const USUAL = { volume: 3, range: 0.08, return: 0.06, open: 0.03 };
/** Oddity is counted in steps of this ratio. */
const STEP = Math.log(1.05);
const STEPS = 256;

/** 1 for rows that may be published: neighbours to measure by. */
export function usableRows({ length }: Sheet, { fate }: BatchReport): Uint8Array {
  const usable = new Uint8Array(length);
  for (let row = 0; row < length; row += 1) {
    usable[row] = fate[row] === FATE.publish ? 1 : 0;
  }
  return usable;
}

/**
 * The rows on which rules have not decided and that look oddest at a glance: at most `share` of all, ascending. One walk
 * with a few divisions a row, so that the features, which cost a hundred times as much, are made for few.
 */
export function oddestOpenRows(
  sheet: Sheet,
  usable: Uint8Array,
  { share, isDecided }: { readonly share: number; readonly isDecided: Uint8Array },
): Uint32Array {
  const step = new Uint8Array(sheet.length);
  const counts = new Uint32Array(STEPS);
  for (let row = 0; row < sheet.length; row += 1) {
    if (usable[row] === 1 && isDecided[row] === 0) {
      const oddity = glance(sheet, row);
      const at = oddity > 1 ? Math.min(STEPS - 1, Math.floor(Math.log(oddity) / STEP)) : 0;
      step[row] = at;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const most = Math.floor(share * sheet.length);
  let least = STEPS;
  let taken = 0;
  // Step 0 is nothing odd at all.
  while (least > 1 && taken + (counts[least - 1] ?? 0) <= most) {
    least -= 1;
    taken += counts[least] ?? 0;
  }
  const rows = new Uint32Array(taken);
  let count = 0;
  for (let row = 0; row < sheet.length && count < taken; row += 1) {
    if ((step[row] ?? 0) >= least) {
      rows[count] = row;
      count += 1;
    }
  }
  return rows;
}

/** How odd a bar looks: 1 is the most that is usual. */
function glance({ columns, length }: Sheet, row: number): number {
  const { symbolId, open, high, low, close, preClose, volume } = columns;
  const before = preClose[row] ?? Number.NaN;
  let oddity = Math.max(
    ((high[row] ?? 0) / (low[row] ?? 1) - 1) / USUAL.range,
    Math.abs((close[row] ?? 0) / before - 1) / USUAL.return || 0,
    Math.abs((open[row] ?? 0) / before - 1) / USUAL.open || 0,
  );
  for (const other of [row - 1, row + 1]) {
    if (other >= 0 && other < length && symbolId[other] === symbolId[row]) {
      const ratio = (volume[row] ?? 0) / (volume[other] ?? 1);
      oddity = Math.max(oddity, (ratio > 1 ? ratio : 1 / ratio) / USUAL.volume);
    }
  }
  return oddity;
}
