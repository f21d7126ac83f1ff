import { useSyncExternalStore } from 'react';

/** What is said: in a line at the bottom, and to who hears the page, who is told less often. */
type Notice = { readonly text: string; readonly heard: string };

/** Who hears the page is told something at most so often. */
const heardEveryMs = 5_000;

let notice: Notice = { text: '', heard: '' };
const listeners = new Set<() => void>();
let clearing: ReturnType<typeof setTimeout> | undefined;
let hearing: ReturnType<typeof setTimeout> | undefined;
let lastHeardAt = Number.NEGATIVE_INFINITY;

function tell(next: Partial<Notice>): void {
  notice = { ...notice, ...next };
  for (const listener of listeners) listener();
}

/** Says something; gone after five seconds. What is said while another message is being heard comes after it, the last only. */
export function announce(text: string): void {
  clearTimeout(clearing);
  clearTimeout(hearing);
  tell({ text });
  clearing = setTimeout(() => tell({ text: '' }), 5_000);
  const say = () => {
    lastHeardAt = performance.now();
    tell({ heard: text });
  };
  hearing = setTimeout(say, Math.max(0, lastHeardAt + heardEveryMs - performance.now()));
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
