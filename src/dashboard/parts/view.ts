import { useEffect, useSyncExternalStore } from 'react';
import { stringifyJson } from '../../json/stringify.ts';
import type { Operation } from '../generated/operations.ts';
import { layOut } from './lay-out.ts';

// The page is made of the public API: what is shown can be asked again in GraphiQL, and be changed there.

let address = '/graphql';
const listeners = new Set<() => void>();

/** Says which question the view in front is: the link to GraphiQL leads to it. */
export function useViewQuery<Answer, Variables>(operation: Operation<Answer, Variables>, variables: Variables): void {
  const search = new URLSearchParams({ query: layOut(operation), variables: stringifyJson(variables) });
  const next = `/graphql?${search}`;
  useEffect(() => {
    address = next;
    for (const listener of listeners) listener();
    return () => {
      address = '/graphql';
    };
  }, [next]);
}

export function useGraphiQLAddress(): string {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => address,
  );
}
