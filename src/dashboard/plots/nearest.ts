/** A line further away than this, in pixels, is not meant. */
const reach = 12;

/** The line that passes closest to a point; null where none is near. Each line has a height at each of the axes. */
export function nearestLine(
  lines: readonly (readonly number[])[],
  xs: readonly number[],
  x: number,
  y: number,
): number | null {
  const right = xs.findIndex((axis) => axis >= x);
  if (right < 1) return null;
  const [a, b] = [xs[right - 1]!, xs[right]!];
  const share = (x - a) / (b - a);
  return nearestOf(lines.map((line) => Math.abs(line[right - 1]! * (1 - share) + line[right]! * share - y)));
}

/** The point that is closest to another; null where none is near. */
export function nearestPoint(
  points: readonly (readonly [x: number, y: number] | null)[],
  x: number,
  y: number,
): number | null {
  return nearestOf(points.map((point) => (point ? Math.hypot(point[0] - x, point[1] - y) : Number.POSITIVE_INFINITY)));
}

function nearestOf(distances: readonly number[]): number | null {
  let best: number | null = null;
  for (const [at, distance] of distances.entries()) {
    if (distance < reach && (best === null || distance < distances[best]!)) best = at;
  }
  return best;
}
