import { useEffect, useSyncExternalStore } from 'react';
import type { Operation } from '../generated/operations.ts';
import { layOut } from './lay-out.ts';
import { withDefaults } from './literal.ts';

// The page is made of the public API: what is shown can be asked again in GraphiQL, and be changed there.

let address = '/graphql';
const listeners = new Set<() => void>();

/** Says which question the view in front is: the link to GraphiQL leads to it. */
export function useViewQuery<Answer, Variables extends object>(
  operation: Operation<Answer, Variables>,
  variables: Variables,
): void {
  const text = withDefaults(operation, variables);
  const next = text === null ? '/graphql' : `/graphql?${new URLSearchParams({ query: layOut(text) })}`;
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
