import type { LabelledRows } from '../quality/anomaly/training.ts';

/** Rows of several parts, one after another. */
export function joinRows(parts: readonly LabelledRows[]): LabelledRows {
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  const kind = new Uint8Array(parts.reduce((sum, part) => sum + part.kind.length, 0));
  let value = 0;
  let row = 0;
  for (const part of parts) {
    values.set(part.values, value);
    kind.set(part.kind, row);
    value += part.values.length;
    row += part.kind.length;
  }
  return { values, kind };
}
