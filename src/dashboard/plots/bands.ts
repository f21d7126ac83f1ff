import type { Filter } from '../../filter/tree.ts';
import { passing, stretchOf } from '../filter/brush.ts';
import { type Axis, placeOf } from './axes.ts';

type Band = { readonly from: number; readonly to: number };

/** The parts of an axis that a filter lets pass, each from 0 to 1; none where it says nothing about the axis. */
export function bandsOf(axis: Axis, filter: Filter): Band[] {
  const { scale, target } = axis;
  if (scale.kind === 'text') {
    const { names } = scale;
    const passed = names.map(passing(filter, target));
    if (passed.every(Boolean)) return [];
    return passed.flatMap((isPassed, at) =>
      isPassed ? [{ from: at / names.length, to: (at + 1) / names.length }] : [],
    );
  }
  const stretch = stretchOf(filter, target);
  if (!stretch) return [];
  const place = (value: number) => placeOf(axis, Math.max(scale.low, Math.min(scale.high, value))) ?? 0;
  return [{ from: place(stretch.from), to: place(stretch.to) }];
}
