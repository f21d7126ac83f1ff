// node bench/paced-process.js, by bench/dear.js: measures what it is told to, again and again, as long as whoever started it lives.
// A session of its own has its own share of the cores where Linux shares them between sessions: nearest to a machine of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { measurePaced } from './paced.js';

/** @typedef {Parameters<typeof measurePaced>[0]} PacedOptions */

/** Starts the process. @returns {{ measure: (options: PacedOptions) => ReturnType<typeof measurePaced>, stop: () => void }} */
export function startPaced() {
  const child = fork(fileURLToPath(import.meta.url), { detached: true });
  return {
    async measure(options) {
      const over = new AbortController();
      const { signal } = over;
      const answered = Promise.race([once(child, 'message', { signal }), once(child, 'exit', { signal })]);
      child.send(options);
      const [told] = await answered.finally(() => over.abort());
      if (!Array.isArray(told)) throw new Error(`Nothing was measured: ${told?.failed ?? `exit code ${told}`}`);
      return /** @type {Awaited<ReturnType<typeof measurePaced>>} */ (told);
    },
    stop: () => child.connected && child.disconnect(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.on('disconnect', () => process.exit());
  process.on('message', (/** @type {PacedOptions} */ options) => {
    measurePaced(options).then(
      (told) => process.send?.(told),
      (error) => process.send?.({ failed: String(error) }),
    );
  });
}
