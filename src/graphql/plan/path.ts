import { type GraphQLResolveInfo, responsePathAsArray } from 'graphql';

/** Where in the answer a field or an item stands, as graphql-js has it. */
export type Path = GraphQLResolveInfo['path'];

export function addPath(prev: Path | undefined, key: string | number, typename: string | undefined): Path {
  return { prev, key, typename };
}

export const pathAsArray = responsePathAsArray;
