/** The allowed word that `word` was most likely meant to be, or undefined where none is near. */
export function nearest(word: string, allowed: readonly string[]): string | undefined {
  const wanted = word.slice(0, MAX_LENGTH).toLowerCase();
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const ranked = allowed
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance);
  return ranked[0]?.candidate;
}

const MAX_LENGTH = 64;

/** Levenshtein's: insertions, deletions and replacements. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
