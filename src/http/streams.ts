import type { ServerResponse } from 'node:http';
import { writeHead } from './head.ts';

/** How long a reader may leave the stream unread before it is cut off. */
const stallTimeoutMs = 30_000;

/** A stream says that it lives when there was nothing else to say for so long; proxies and readers cut off silent ones. */
const pingIntervalMs = 12_000;

/**
 * Sends server-sent events. What the reader does not take is not produced: a reader that takes nothing for 30 seconds is
 * cut off, and the source of the events is closed.
 */
export async function sendEvents(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  events: AsyncIterator<string>,
): Promise<void> {
  const ping = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, pingIntervalMs);
  try {
    await sendAll(response, status, headers, events);
  } finally {
    clearInterval(ping);
  }
}

/** Sends a response of the fetch API, whose body may be a stream; readers that stall are cut off, as of events. */
export async function sendResponse(response: ServerResponse, { status, headers, body }: Response): Promise<void> {
  const plain = Object.fromEntries(headers);
  delete plain['connection'];
  if (body) await sendAll(response, status, plain, body[Symbol.asyncIterator]());
  else writeHead(response, status, plain).end();
}

async function sendAll(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  pieces: AsyncIterator<string | Uint8Array>,
): Promise<void> {
  writeHead(response, status, headers);
  const close = () => void pieces.return?.()?.catch(() => {});
  response.on('close', close);
  try {
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
      if (response.destroyed) return;
      if (!response.write(piece.value) && !(await isDrained(response))) {
        response.destroy();
        return;
      }
    }
    response.end();
  } finally {
    response.off('close', close);
    close();
  }
}

/** Waits until the reader has taken what was written; false when it went away, or took nothing for too long. */
function isDrained(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (drained: boolean) => {
      clearTimeout(timer);
      response.off('drain', onDrain);
      response.off('close', onClose);
      resolve(drained);
    };
    const onDrain = () => finish(true);
    const onClose = () => finish(false);
    const timer = setTimeout(() => finish(false), stallTimeoutMs);
    response.on('drain', onDrain);
    response.on('close', onClose);
  });
}
