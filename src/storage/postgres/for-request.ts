import { type Clock, timed } from '../../measure/clock.ts';
import type { Sight } from '../sight.ts';
import type { Database } from './database.ts';
import { nameOf } from './statement-counts.ts';

/**
 * The same database, as one request sees it: what it does there counts on the clock. Made for every request, so each property
 * is named: to spread them, or a getter, would take two microseconds more.
 */
export function forRequest(db: Database, clock: Clock, sight: Sight): Database {
  const opened = db.opened ?? db;
  return {
    sight,
    counts: opened.counts,
    clock,
    opened,
    prisma: timeCalls(opened.prisma, clock),
    select: opened.select,
    selectBy: opened.selectBy,
    lockTimeoutMs: opened.lockTimeoutMs,
    maxConnections: opened.maxConnections,
    aside: opened.aside,
    pool: opened.pool,
    connectionString: opened.connectionString,
    notice: opened.notice,
    close: opened.close,
  };
}

/**
 * Prisma with its calls, and those of its models, on the clock; named as their statements are. They give plain promises, which
 * `$transaction([…])` would not take.
 */
function timeCalls<T extends object>(target: T, clock: Clock, model?: string): T {
  return new Proxy(target, {
    get(_target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof property !== 'string') return value;
      if (typeof value === 'function') {
        return (...values: unknown[]) =>
          timed(clock, model ? `${model}.${property}` : nameOfCall(values[0], property), () =>
            Reflect.apply(value, target, values),
          );
      }
      const isModel = typeof value === 'object' && value !== null && !/^[$_]/.test(property);
      return isModel ? timeCalls(value, clock, property) : value;
    },
  });
}

/** `$queryRaw` is called as a template, or with one that was made before. */
function nameOfCall(first: unknown, method: string): string {
  if (method === '$transaction') return 'transaction';
  if (Array.isArray(first)) return nameOf(first[0]);
  return nameOf((first as { sql?: string }).sql);
}
