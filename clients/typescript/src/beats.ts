import { KeepAlive } from './generated/operations.ts';
import { stringifyJson } from './json/stringify.ts';
import { listOpen, type OpenScope } from './open-ends.ts';
import { millisecondsOf, type Settings } from './options.ts';
import { post } from './post.ts';
import { patientTimeout } from './retry.ts';

/** What is over sooner is never spoken for: it costs no request. */
const firstMs = 2_000;
const maxIds = 1_000;

let timer: NodeJS.Timeout | undefined;
let firesAtMs = 0;
let isBeating = false;
/** When to speak again for what was spoken for before; by `performance.now()`. */
let dueMs = 0;
let hangingUp = new AbortController();
/** What was spoken for, or tried to. */
const spokenFor = new WeakSet<OpenScope>();

async function send(settings: Settings, scopes: readonly OpenScope[]): Promise<void> {
  const idsOf = (kind: OpenScope['kind']) => scopes.filter((scope) => scope.kind === kind).map(({ id }) => id);
  const body = stringifyJson({ query: KeepAlive, variables: { runIds: idsOf('run'), stepIds: idsOf('step') } });
  try {
    await post(settings, body, AbortSignal.any([hangingUp.signal, patientTimeout(settings.tryTimeoutMs)]));
  } catch {
    // The service is away, or older than this: no matter of the job's.
  }
}

/** Speaks for these runs and steps, in one request for each service and thousand of them. */
async function speak(scopes: readonly OpenScope[]): Promise<void> {
  const byService = new Map<string, OpenScope[]>();
  for (const scope of scopes) {
    const key = JSON.stringify([scope.settings.url, scope.settings.apiKey() ?? null]);
    byService.set(key, [...(byService.get(key) ?? []), scope]);
  }
  const requests = [...byService.values()].flatMap((all) =>
    Array.from({ length: Math.ceil(all.length / maxIds) }, (_, part) => all.slice(part * maxIds, (part + 1) * maxIds)),
  );
  await Promise.all(requests.map((part) => send(part[0]!.settings, part)));
}

async function beat(intervalMs: number): Promise<void> {
  const now = performance.now();
  const scopes = listOpen();
  const isRipe = (scope: OpenScope) => now - scope.openedAtMs >= Math.min(firstMs, intervalMs);
  const fresh = scopes.filter((scope) => !spokenFor.has(scope));
  if (now < dueMs && !fresh.some(isRipe)) return;
  dueMs = now + intervalMs;
  const chosen = scopes.filter((scope) => spokenFor.has(scope) || isRipe(scope));
  for (const scope of chosen) spokenFor.add(scope);
  await speak(chosen);
}

function schedule(intervalMs: number): void {
  const isFresh = listOpen().some((scope) => !spokenFor.has(scope));
  const waitMs = isFresh ? Math.min(firstMs, intervalMs) : Math.max(0, dueMs - performance.now());
  firesAtMs = performance.now() + waitMs;
  timer = setTimeout(() => {
    timer = undefined;
    isBeating = true;
    void beat(intervalMs).finally(() => {
      isBeating = false;
      if (listOpen().length > 0) schedule(intervalMs);
    });
  }, waitMs);
  timer.unref();
}

/**
 * Has the process say that it lives, for all of its open runs and steps at once, every `RUNLEDGER_KEEP_ALIVE_SECONDS` (30;
 * 0 for never), as long as there are any: the service takes what was spoken for and is no more for CRASHED. The timer does
 * not keep the process alive. To be called whenever something was opened.
 */
export function beginBeating(): void {
  const intervalMs = millisecondsOf('RUNLEDGER_KEEP_ALIVE_SECONDS', 30);
  if (intervalMs === 0 || isBeating) return;
  if (timer && firesAtMs - performance.now() <= firstMs) return;
  clearTimeout(timer);
  schedule(intervalMs);
}

/** To be called whenever something has ended: once nothing is open, nothing is said, and no request is waited for. */
export function endBeating(): void {
  if (listOpen().length > 0) return;
  clearTimeout(timer);
  timer = undefined;
  hangingUp.abort();
  hangingUp = new AbortController();
}
