import { isLater } from '@runledger/client/internal/entry';
import { InvalidCallError } from '@runledger/client/internal/errors';
import { keepPosition, positionOf } from '@runledger/client/internal/position';
import { pause, pauseMs } from '@runledger/client/internal/retry';
import { subscribe } from '@runledger/client/internal/subscribe';
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { Changes, type ChangesSubscription } from '../generated/operations.ts';
import { applyChanges } from './apply-changes.ts';
import { settings } from './ask.ts';
import { asLeader } from './leader.ts';

// One stream a browser: over HTTP/1.1 a browser has six connections to a host, and a tab each would leave none for
// questions. One tab leads: it reads the stream, and tells the others, which go on after the last they heard when it ends.
//
//   hidden ──shown──▶ opening ──stream──▶ live ──broken──▶ lost ──stream──▶ live
//      ▲                                   │
//      └────────────hidden for a while─────┘

export type Change = ChangesSubscription['changes'];
type LiveState = 'off' | 'opening' | 'live' | 'lost';
type Message =
  | { readonly state: LiveState }
  | { readonly changes: readonly Change[]; readonly position: string | undefined }
  | 'hello';

/** A tab may be hidden for so long without leaving the stream: who looks away for a moment loses nothing. */
const graceMs = 10_000;
/** Changes are shown together that come so close to each other. */
const batchMs = 150;

let state: LiveState = 'off';
let isPaused = false;
const listeners = new Set<() => void>();

function setState(next: LiveState): void {
  state = next;
  for (const listener of listeners) listener();
}

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

/** Follows all that happens while the tab is seen, and keeps the answers in the cache right. Returns how to stop. */
export function followChanges(cache: QueryClient): () => void {
  const name = `runledger-live ${settings().apiKey()?.slice(0, 12) ?? ''}`;
  const channel = new BroadcastChannel(name);
  let last: string | undefined;
  let following: AbortController | null = null;
  let isLeading = false;
  let attempt: AbortController | null = null;

  const take = (changes: readonly Change[]) => {
    const unseen = changes.filter(({ cursor }) => isLater(cursor, last));
    if (unseen.length === 0) return;
    last = unseen.at(-1)!.cursor;
    applyChanges(cache, unseen);
  };
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (!following) return;
    if (data === 'hello') {
      if (isLeading) channel.postMessage({ state });
    } else if ('state' in data) setState(data.state);
    else {
      // What is asked for because of them must not be older than they are.
      keepPosition(settings().url, data.position);
      take(data.changes);
    }
  };
  const tell = (next: LiveState) => {
    setState(next);
    channel.postMessage({ state: next });
  };

  const lead = async (signal: AbortSignal) => {
    isLeading = true;
    let waiting: Change[] = [];
    const flush = () => {
      const changes = waiting;
      waiting = [];
      channel.postMessage({ changes, position: positionOf(settings().url) });
      take(changes);
    };
    for (let failures = 0; !signal.aborted; failures++) {
      const after = last;
      let isRefused = false;
      const onOpen = () => {
        failures = 0;
        tell('live');
        // What happened before the stream stood, and after the page asked, is asked for again.
        if (after === undefined) void cache.invalidateQueries();
      };
      attempt = new AbortController();
      const either = AbortSignal.any([signal, attempt.signal]);
      try {
        for await (const { changes: change } of subscribe(settings(), Changes, { after }, { signal: either, onOpen })) {
          if (waiting.length === 0) setTimeout(flush, batchMs);
          waiting.push(change);
        }
      } catch (error) {
        if (signal.aborted) break;
        // The place to go on from is too old, or this one may not read: begin anew, later.
        if (error instanceof InvalidCallError) last = undefined;
        isRefused = error instanceof InvalidCallError;
      }
      if (!signal.aborted) tell(isRefused ? 'off' : 'lost');
      await pause(500 + pauseMs(failures, { baseMs: 500 }), signal).catch(() => {});
    }
    isLeading = false;
  };

  const start = () => {
    if (following || isPaused || document.hidden) return;
    following = new AbortController();
    setState('opening');
    channel.postMessage('hello');
    void asLeader(name, following.signal, lead);
  };
  const stop = () => {
    following?.abort();
    following = null;
    setState('off');
  };
  let leaving: ReturnType<typeof setTimeout> | undefined;
  const onVisibility = () => {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(stop, graceMs);
    else if (!following) {
      // What was missed is asked for; the stream goes on from now.
      last = undefined;
      void cache.invalidateQueries();
      start();
    }
  };
  const onToggle = () => {
    isPaused = !isPaused;
    if (isPaused) stop();
    else onVisibility();
  };
  // The browser knows at once that there is no network; a stream would only fall silent.
  const onOffline = () => attempt?.abort();
  document.addEventListener('visibilitychange', onVisibility);
  window.addEventListener('offline', onOffline);
  window.addEventListener('runledger-live', onToggle);
  start();
  return () => {
    stop();
    document.removeEventListener('visibilitychange', onVisibility);
    window.removeEventListener('offline', onOffline);
    window.removeEventListener('runledger-live', onToggle);
    channel.close();
  };
}

/** Stops what moves by itself, or lets it move again. */
export function toggleLive(): void {
  window.dispatchEvent(new Event('runledger-live'));
}
