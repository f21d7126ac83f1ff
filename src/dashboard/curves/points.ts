import type { SeriesQuery } from '../generated/operations.ts';

export type Curve = SeriesQuery['series'][number];
export type Axis = 'iteration' | 'time' | 'since';

/** Columns of numbers as uPlot takes them: x first, then one column a line; null where a line has no point. */
export type Table = [number[], ...(number | null)[][]];

/** Exponential smoothing that begins without a bend: the mean of what was seen, weighed towards the last. */
export function smooth(values: readonly number[], factor: number): number[] {
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    sum = sum * factor + value * (1 - factor);
    weight = weight * factor + (1 - factor);
    return sum / weight;
  });
}

function xOf(curve: Curve, axis: Axis): number[] {
  const start = Date.parse(curve.run.startedAt);
  return curve.points.map(({ iteration, loggedAt }, at) => {
    if (axis === 'iteration') return iteration === null ? at : Number(iteration);
    const ms = Date.parse(loggedAt);
    return axis === 'time' ? ms / 1_000 : (ms - start) / 1_000;
  });
}

/** One line: its points in the order of x. Two points of one x are one, the later. */
function lineOf(curve: Curve, axis: Axis, ema: number): { xs: number[]; ys: number[]; smoothed: number[] } {
  const xs = xOf(curve, axis);
  const order = xs.map((_, at) => at).sort((a, b) => xs[a]! - xs[b]! || a - b);
  const kept = order.filter((at, index) => xs[at] !== xs[order[index + 1] ?? -1]);
  const ys = kept.map((at) => Number(curve.points[at]!.value));
  return { xs: kept.map((at) => xs[at]!), ys, smoothed: ema > 0 ? smooth(ys, ema) : [] };
}

/** All curves over one axis. With smoothing each has two columns: the true line, then the smooth one. */
export function tableOf(curves: readonly Curve[], axis: Axis, ema: number, isLog: boolean): Table {
  const lines = curves.map((curve) => lineOf(curve, axis, ema));
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, index) => [x, index]));
  const columns = lines.flatMap((line) => {
    const spread = (ys: readonly number[]) => {
      const column: (number | null)[] = Array(xs.length).fill(null);
      ys.forEach((y, index) => {
        // A logarithm has no place for zero and less.
        if (!isLog || y > 0) column[at.get(line.xs[index]!)!] = y;
      });
      return column;
    };
    return ema > 0 ? [spread(line.ys), spread(line.smoothed)] : [spread(line.ys)];
  });
  return [xs, ...columns];
}
