/**
 * Aborts at the first Ctrl-C, or when the command is told to end, so that it can leave the database in order; the second
 * ends it at once.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(name, () => {
      if (stopping.signal.aborted) process.exit(code);
      stopping.abort();
    });
  }
  return stopping.signal;
}
