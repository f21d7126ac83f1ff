import type { ServerResponse } from 'node:http';

/** How long a reader may leave the stream unread before it is cut off. */
const stallTimeoutMs = 30_000;

/**
 * Sends a response whose body may be a stream. What the reader does not take is not produced: a reader that takes
 * nothing for 30 seconds is cut off, and the stream behind it is cancelled.
 */
export async function sendStream(answer: Response, response: ServerResponse): Promise<void> {
  const headers = Object.fromEntries(answer.headers);
  delete headers['connection'];
  response.writeHead(answer.status, headers);
  if (!answer.body) {
    response.end();
    return;
  }
  const reader = answer.body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  response.on('close', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (!response.write(value) && !(await isDrained(response))) {
        response.destroy();
        return;
      }
    }
    response.end();
  } finally {
    response.off('close', cancel);
    cancel();
  }
}

/** Waits until the reader has taken what was written; false when it went away, or took nothing for too long. */
function isDrained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (drained: boolean) => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(drained);
    };
    const onDrain = () => settle(true);
    const onClose = () => settle(false);
    const timer = setTimeout(() => settle(false), stallTimeoutMs);
    response.on('drain', onDrain);
    response.on('close', onClose);
  });
}
