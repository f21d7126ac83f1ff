/** How long after the first signal another one counts as the same: a terminal signals the whole group, and npm once more. */
const sameSignalMs = 1_000;
/** How often to look whether the parent is still there. */
const parentCheckMs = 500;

/** What this process is told from outside. */
export type Signals = {
  /** Aborts when the service is to stop in an orderly way. */
  stopping: AbortSignal;
  /** Aborts when it must end at once: whoever has started something kills it now, before the process exits. */
  killed: AbortSignal;
  /** Ends the process at once, with this exit code. */
  kill: (exitCode: number) => void;
};

/**
 * Watches for whatever ends the service, from the first moment on and for good.
 *
 *   running ──SIGINT, SIGTERM, SIGHUP, the parent has gone──▶ stopping ──another signal, a second later──▶ killed
 *
 * Signals within a second of the first are the same request: Ctrl-C reaches every process of the terminal, and npm forwards
 * it once more.
 */
export function watchSignals(): Signals {
  const stopping = new AbortController();
  const killed = new AbortController();
  let stoppedAt = 0;

  function kill(exitCode: number) {
    killed.abort();
    process.exit(exitCode);
  }
  function stop(exitCode: number) {
    if (!stopping.signal.aborted) {
      stoppedAt = Date.now();
      stopping.abort();
    } else if (Date.now() - stoppedAt > sameSignalMs) kill(exitCode);
  }

  process.on('SIGINT', () => stop(130));
  process.on('SIGTERM', () => stop(143));
  process.on('SIGHUP', () => stop(129));
  // A worker whose parent was killed has nobody left who would stop it.
  process.on('disconnect', () => stop(1));
  // A terminal that is gone cannot be written to; that must not end the process before it has stopped.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  watchParent(() => stop(1));
  return { stopping: stopping.signal, killed: killed.signal, kill };
}

/**
 * npm and npx end on SIGTERM without telling what they started. Only where they are the parent is a new one a sign: else a
 * supervisor, or nohup, may have let the service go on purpose.
 */
function watchParent(onGone: () => void): void {
  if (process.env['npm_execpath'] === undefined && process.env['npm_command'] === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, parentCheckMs);
  timer.unref();
}
