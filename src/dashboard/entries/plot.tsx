import { formatNumber } from '../../format/time.ts';
import styles from './plot.module.css';

export type Point = { readonly x: number; readonly y: number };

const width = 640;
const height = 120;

/** A line through points, with its least and greatest value in words; for one curve in passing. */
export function Plot({ points, label }: { points: readonly Point[]; label: string }) {
  if (points.length < 2) return null;
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const toX = (x: number) => (right === left ? width / 2 : ((x - left) / (right - left)) * width);
  const toY = (y: number) => (high === low ? height / 2 : height - ((y - low) / (high - low)) * height);
  const line = points.map(({ x, y }) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`).join(' ');
  const last = points.at(-1)!;
  return (
    <figure className={styles.plot}>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <polyline points={line} vectorEffect="non-scaling-stroke" />
      </svg>
      <span className={styles.end} style={{ top: `${(toY(last.y) / height) * 100}%` }} aria-hidden="true" />
      <figcaption>
        <span>max {formatNumber(high)}</span>
        <span>min {formatNumber(low)}</span>
      </figcaption>
    </figure>
  );
}
