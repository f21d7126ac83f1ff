/** A point of a curve. */
export type Point = { at: number; value: number };

/**
 * Keeps `count` of the points so that the curve looks the same: the first, the last, and from each of the stretches
 * between them the point that spans the largest triangle with the one kept before and the mean of the next stretch.
 * Largest-Triangle-Three-Buckets, S. Steinarsson, "Downsampling Time Series for Visual Representation", 2013.
 * Points must be in order of `at`. Gives all of them when there are no more than `count`.
 */
export function thinOut<P extends Point>(points: readonly P[], count: number): P[] {
  if (points.length <= count) return [...points];
  if (count <= 2) return [points[0]!, points.at(-1)!].slice(0, count);
  const stretch = (points.length - 2) / (count - 2);
  const startOf = (index: number) => Math.min(points.length - 1, Math.floor(index * stretch) + 1);
  const kept: P[] = [points[0]!];
  for (let index = 0; index < count - 2; index += 1) {
    const next = mean(points, startOf(index + 1), index === count - 3 ? points.length : startOf(index + 2));
    kept.push(farthest(points, startOf(index), startOf(index + 1), kept.at(-1)!, next));
  }
  kept.push(points.at(-1)!);
  return kept;
}

function mean(points: readonly Point[], from: number, to: number): Point {
  let at = 0;
  let value = 0;
  const size = Math.max(1, to - from);
  for (let index = from; index < from + size; index += 1) {
    // Divided before it is added: the sum of two large doubles may overflow.
    at += points[index]!.at / size;
    value += points[index]!.value / size;
  }
  return { at, value };
}

function farthest<P extends Point>(points: readonly P[], from: number, to: number, before: Point, after: Point): P {
  let best = points[from]!;
  let largest = -1;
  for (let index = from; index < to; index += 1) {
    const point = points[index]!;
    const area = Math.abs(
      (before.at - after.at) * (point.value / 2 - before.value / 2) -
        (before.at - point.at) * (after.value / 2 - before.value / 2),
    );
    if (area > largest) {
      largest = area;
      best = point;
    }
  }
  return best;
}
