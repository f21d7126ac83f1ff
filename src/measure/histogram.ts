/** How many values fell between which bounds: bare numbers, for this is written to while requests are answered. */
export type Histogram = {
  /** Upper bounds, rising; each includes its own value. */
  readonly bounds: readonly number[];
  /** One more than there are bounds: the last is of what is above them all. */
  readonly counts: number[];
  sum: number;
};

export function createHistogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

/** Counts one value in. */
export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  let place = 0;
  while (place < bounds.length && value > bounds[place]!) place += 1;
  counts[place]! += 1;
  histogram.sum += value;
}
