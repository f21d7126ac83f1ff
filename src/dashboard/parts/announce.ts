import { useSyncExternalStore } from 'react';

type Notice = { readonly text: string; readonly number: number };

let notice: Notice = { text: '', number: 0 };
const listeners = new Set<() => void>();
let clearing: ReturnType<typeof setTimeout> | undefined;

function tell(text: string): void {
  notice = { text, number: notice.number + 1 };
  for (const listener of listeners) listener();
}

/** Says something in a line at the bottom, and to who hears the page; gone after five seconds. */
export function announce(text: string): void {
  clearTimeout(clearing);
  tell(text);
  clearing = setTimeout(() => tell(''), 5_000);
}

export function useNotice(): Notice {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => notice,
  );
}
