const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** The course of some numbers in a line of at most so many columns: the mean of those that share one. Empty for less than two. */
export function sparkline(numbers: readonly number[], width: number): string {
  const finite = numbers.filter(Number.isFinite);
  if (finite.length < 2 || width < 2) return '';
  const columns = Math.min(width, finite.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const part = finite.slice(
      Math.floor((column * finite.length) / columns),
      Math.floor(((column + 1) * finite.length) / columns),
    );
    return part.reduce((sum, number) => sum + number / part.length, 0);
  });
  const least = Math.min(...means);
  const span = Math.max(...means) - least;
  return means.map((mean) => bars[span > 0 ? Math.round(((mean - least) / span) * (bars.length - 1)) : 3]).join('');
}
