/** How many letters must be inserted, deleted or replaced to make one word of the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let at = 1; at <= to.length; at++)
      next.push(Math.min(row[at - 1]! + Number(from[line - 1] !== to[at - 1]), row[at]! + 1, next[at - 1]! + 1));
    row = next;
  }
  return row[to.length]!;
}

/** The word that was probably meant; undefined where none comes close. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((candidate) => ({ candidate, far: distance(word, candidate) }))
    .sort((a, b) => a.far - b.far);
  return best && best.far <= Math.ceil(word.length / 3) ? best.candidate : undefined;
}
