import type { Filter } from './tree.ts';

const spans: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** A moment as people write it, as the API takes it: a day is its first moment here, `3d` is three days ago. */
function resolveDate(text: string, now: number): string {
  const span = /^-?(\d+)([mhdw])$/.exec(text);
  if (span) return new Date(now - Number(span[1]) * spans[span[2]!]!).toISOString();
  if (text === 'today' || text === 'yesterday') {
    const day = new Date(now);
    day.setHours(text === 'today' ? 0 : -24, 0, 0, 0);
    return day.toISOString();
  }
  const local = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(text)
    ? new Date(text.includes('T') ? text : `${text}T00:00`)
    : null;
  return local && !Number.isNaN(local.getTime()) ? local.toISOString() : text;
}

/** The same filter with its dates as the API takes them. */
export function resolveDates(filter: Filter, now: number): Filter {
  const dates = (['startedAfter', 'startedBefore', 'endedAfter', 'endedBefore'] as const).flatMap((name) => {
    const text = filter[name];
    return text === undefined ? [] : [[name, resolveDate(text, now)]];
  });
  return {
    ...filter,
    ...Object.fromEntries(dates),
    ...(filter.and ? { and: filter.and.map((side) => resolveDates(side, now)) } : {}),
    ...(filter.or ? { or: filter.or.map((side) => resolveDates(side, now)) } : {}),
    ...(filter.not ? { not: resolveDates(filter.not, now) } : {}),
  };
}
