import { stringifyJson } from '@runledger/client/json';
import { navigate } from 'wouter/use-browser-location';
import { neighbours } from '../address/list-walk.ts';
import type { Entry } from '../entries/use-run.ts';
import { copyText } from '../parts/copy.ts';
import { useShortcuts } from '../parts/shortcuts.ts';

/** The keys that lead from a run to the next of its list, and back to the list: they need not wait for what it logged. */
export function useWalkKeys(run: string): void {
  const { previous, next, search } = neighbours(run);
  const go = (name: string | undefined) => () => name !== undefined && navigate(`/runs/${encodeURIComponent(name)}`);
  useShortcuts({
    '[': go(previous),
    ']': go(next),
    escape: () => navigate(`/runs${search}`),
  });
}

/** The keys of the values of a run. */
export function useValueKeys(entries: readonly Entry[], key: string, choose: (key: string) => void): void {
  const at = entries.findIndex(({ qualifiedKey }) => qualifiedKey === key);
  const step = (by: number) => () => {
    const entry = entries[at < 0 ? 0 : Math.max(0, Math.min(entries.length - 1, at + by))];
    if (entry) choose(entry.qualifiedKey);
  };
  useShortcuts({
    j: step(1),
    k: step(-1),
    h: step(0),
    y: () => entries[at] && void copyText(stringifyJson(entries[at].value), 'the exact value'),
  });
}
