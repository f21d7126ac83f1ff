import { badInput } from '../errors.ts';
import type { RunOrder } from '../storage/runs/run-list.ts';
import { parsePath, parseSource } from './parse-latest-source.ts';

type Direction = 'ASC' | 'DESC';

/** An order as it is asked for: by exactly one of these. */
export type OrderInput = {
  startedAt?: Direction | null | undefined;
  endedAt?: Direction | null | undefined;
  duration?: Direction | null | undefined;
  name?: Direction | null | undefined;
  metadata?:
    | { key: string; step?: string | null | undefined; path?: string[] | null | undefined; direction: Direction }
    | null
    | undefined;
};

/**
 * The order that is meant; newest start first where none is asked for.
 * @throws BAD_USER_INPUT for a key that nothing can be stored under, or a path of more than 64 elements.
 */
export function parseRunOrder(input: OrderInput | null | undefined): RunOrder {
  if (input?.endedAt) return { by: 'endedAt', descending: input.endedAt === 'DESC' };
  if (input?.duration) return { by: 'duration', descending: input.duration === 'DESC' };
  if (input?.name) return { by: 'name', descending: input.name === 'DESC' };
  if (!input?.metadata) return { by: 'startedAt', descending: input?.startedAt !== 'ASC' };
  const { key, step, path, direction } = input.metadata;
  const source = parseSource(key, step);
  if (!source) throw badInput(`orderBy: nothing can be stored under the key ${JSON.stringify(key.slice(0, 60))}.`);
  return { by: 'metadata', source, path: parsePath(path), descending: direction === 'DESC' };
}
