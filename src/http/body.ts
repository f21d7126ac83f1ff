import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuse } from './answers.ts';

/**
 * The body of a POST as text; null when it was refused, and the answer sent. `count` is told how long it is, before it is read
 * where the request says so, and may throw.
 */
export async function readBody(
  { maxBodyBytes, count = () => {} }: { maxBodyBytes: number; count?: ((bytes: number) => void) | undefined },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | null> {
  const refused = (status: number, message: string) => {
    // What is still coming is not read: the connection cannot be used again.
    response.setHeader('connection', 'close');
    refuse(response, status, message);
    return null;
  };
  const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  if (type!.trim() !== 'application/json') return refused(415, 'Send the request as application/json.');
  const charset = parameters.map((parameter) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(parameter)?.[1]).find(Boolean);
  if (charset && charset !== 'utf-8' && charset !== 'utf8')
    return refused(415, 'JSON is read as UTF-8 (RFC 8259). Send it so, with that charset or none.');
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
    return refused(415, 'Send the body uncompressed.');
  const tooLarge = `The body is larger than ${maxBodyBytes} bytes. Send it in several requests.`;
  const length = request.headers['content-length'];
  if (Number(length ?? 0) > maxBodyBytes) return refused(413, tooLarge);
  if (length !== undefined) count(Number(length));
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks = await readChunks(request, maxBodyBytes);
  if (chunks === null) return refused(413, tooLarge);
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  if (length === undefined) count(body.length);
  if (!isUtf8(body)) return refused(400, 'The body is not UTF-8.');
  // A byte order mark is not part of the text; RFC 8259 lets a reader ignore it.
  const hasMark = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  return body.toString('utf8', hasMark ? 3 : 0);
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
