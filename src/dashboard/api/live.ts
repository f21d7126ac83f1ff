import { useSyncExternalStore } from 'react';

type LiveState = 'off' | 'opening' | 'live' | 'lost';

const state: LiveState = 'off';
const listeners = new Set<() => void>();

/** How the stream of changes stands. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
