import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuse } from './answers.ts';

/** The body of a POST as text; null when it was refused, and the answer sent. */
export async function readBody(
  maxBodyBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | null> {
  const refused = (status: number, message: string) => {
    // What is still coming is not read: the connection cannot be used again.
    response.setHeader('connection', 'close');
    refuse(response, status, message);
    return null;
  };
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') return refused(415, 'Send the request as application/json.');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    return refused(415, 'Send the body uncompressed.');
  const tooLarge = `The body is larger than ${maxBodyBytes} bytes. Send it in several requests.`;
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return refused(413, tooLarge);
  const chunks = await readChunks(request, maxBodyBytes);
  if (chunks === null) return refused(413, tooLarge);
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  if (!isUtf8(body)) return refused(400, 'The body is not UTF-8.');
  return body.toString('utf8');
}

/** What the request carries; null as soon as it is more than `maxBytes`. Rejects when the client goes away. */
function readChunks(request: IncomingMessage, maxBytes: number): Promise<Buffer[] | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
      } else {
        request.pause();
        resolve(null);
      }
    });
    request.on('end', () => resolve(chunks));
    request.on('error', reject);
  });
}
