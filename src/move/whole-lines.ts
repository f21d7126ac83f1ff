import { MoveError } from './error.ts';

const lineEnd = 10;

/** The bytes of a stream in pieces that end where a line does. @throws MoveError where the last line has no end. */
export async function* wholeLines(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(lineEnd) + 1;
    if (end === 0) {
      if (chunk.length > 0) rest.push(chunk);
      continue;
    }
    yield rest.length > 0 ? Buffer.concat([...rest, chunk.subarray(0, end)]) : chunk.subarray(0, end);
    rest = end < chunk.length ? [chunk.subarray(end)] : [];
  }
  if (rest.length > 0) throw new MoveError('The file ends in the middle of a line: it was cut off. Export it again.');
}

/** Where each line of such a piece begins and ends. */
export function* linesOf(piece: Buffer): Generator<{ from: number; to: number }> {
  for (let from = 0; from < piece.length; ) {
    const to = piece.indexOf(lineEnd, from) + 1;
    yield { from, to };
    from = to;
  }
}
