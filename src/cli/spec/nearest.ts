/** How many letters must be inserted, deleted, replaced or swapped with the next to make one word of the other. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let line = 1; line <= from.length; line++) {
    const above = rows[line - 1]!;
    const row = [line];
    for (let at = 1; at <= to.length; at++) {
      const isSwapped = from[line - 1] === to[at - 2] && from[line - 2] === to[at - 1];
      row.push(
        Math.min(
          above[at - 1]! + Number(from[line - 1] !== to[at - 1]),
          above[at]! + 1,
          row[at - 1]! + 1,
          isSwapped ? rows[line - 2]![at - 2]! + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(row);
  }
  return rows[from.length]![to.length]!;
}

/** The word that was probably meant; undefined where none comes close. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, far: distance(word, candidate) }))
    .sort((a, b) => a.far - b.far);
  return best && best.far <= Math.ceil(word.length / 3) ? best.candidate : undefined;
}
