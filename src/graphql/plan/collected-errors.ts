import type { GraphQLError } from 'graphql';
import type { Path } from './path.ts';

/**
 * The errors of one execution. As in graphql-js, what goes wrong below a place that is null by then is not told: two
 * paths are the same place when they are the same object, so each composite field has one path object for all below it.
 */
export type CollectedErrors = { readonly list: GraphQLError[]; readonly places: Set<Path | undefined> };

export function collectErrors(): CollectedErrors {
  return { list: [], places: new Set() };
}

export function addError({ list, places }: CollectedErrors, error: GraphQLError, path: Path | undefined): void {
  if (places.size > 0 && isNulled(places, path)) return;
  places.add(path);
  list.push(error);
}

function isNulled(places: Set<Path | undefined>, start: Path | undefined): boolean {
  for (let path = start; path !== undefined; path = path.prev) if (places.has(path)) return true;
  return places.has(undefined);
}
