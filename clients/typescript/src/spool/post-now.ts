import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { parseJson } from '../json/parse.ts';
import type { JsonObject } from '../json/value.ts';
import type { Settings } from '../options.ts';
import { dataOf, headersOf } from '../post.ts';

/** Runs in a thread of its own, from its text: a file could not be found once the client is bundled. */
const program = `
import('node:worker_threads').then(({ workerData: { port, flag } }) => {
  port.on('message', async ({ url, headers, body, timeoutMs }) => {
    let answer;
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeoutMs) });
      answer = { status: response.status, headers: [...response.headers], text: await response.text() };
    } catch {}
    port.postMessage(answer);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  });
});`;

/** Sends a request, and returns its data once it is answered; undefined for any other answer, or none in time. */
export type PostNow = (body: string, timeoutMs: number) => JsonObject | undefined;

/** JavaScript has one thread, and nothing is sent while it logs: this has another thread send, and holds up the first. */
export function openPostNow(settings: Settings): PostNow {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  let isLost = false;
  const workerData = { port: port2, flag };
  // With none of the options that this process was started with, which may be about the program it runs.
  const worker = new Worker(program, { eval: true, execArgv: [], workerData, transferList: [port2] });
  worker.on('error', () => {
    isLost = true;
  });
  worker.unref();
  port1.unref();
  return (body, timeoutMs) => {
    if (isLost) return undefined;
    Atomics.store(flag, 0, 0);
    port1.postMessage({ url: settings.url, headers: headersOf(settings, 'application/json'), body, timeoutMs });
    // Without a word from the other thread an answer could come later, and be taken for that to another request.
    isLost = Atomics.wait(flag, 0, 0, timeoutMs + 1_000) === 'timed-out';
    const answer = isLost ? undefined : receiveMessageOnPort(port1)?.message;
    if (!answer) return undefined;
    try {
      const { status, headers, text } = answer;
      return dataOf(text, new Response(null, { status, headers }), settings.url, parseJson);
    } catch {
      return undefined;
    }
  };
}
