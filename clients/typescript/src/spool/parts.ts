import { createHash } from 'node:crypto';

/** A `logMetadata` as it is written: its JSON text up to its request id, from there to its first entry, its entries. */
export interface Parts {
  readonly before: string;
  readonly requestId: string;
  readonly after: string;
  /** The text of each, digit for digit. */
  readonly entries: readonly string[];
}

const headPattern =
  /^(\{"target":\{(?:"stepId":"[^"\\]*"|"run":"(?:[^"\\]|\\.)*"|"step":\{(?:[^"{}]|"(?:[^"\\]|\\.)*")*\})\},"requestId":")([0-9a-f-]{36})(","loggedAt":"[^"\\]*","entries":\[)/;

/** The texts of the items of a JSON array, of which the `[` stands before `start`; undefined unless `]}` ends the text. */
function itemsOf(text: string, start: number): string[] | undefined {
  const items: string[] = [];
  let depth = 0;
  let from = start;
  for (const token of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    const [found] = token;
    const at = start + token.index;
    if (found === '[' || found === '{') depth += 1;
    else if (depth > 0 && (found === ']' || found === '}')) depth -= 1;
    else if (depth === 0 && (found === ',' || found === ']')) {
      items.push(text.slice(from, at));
      from = at + 1;
      if (found === ']') return text.slice(from) === '}' ? items : undefined;
    }
  }
  return undefined;
}

/** The parts of the payload of a `logMetadata`; undefined where it is not written as the clients write it. */
export function partsOf(payload: string): Parts | undefined {
  const match = headPattern.exec(payload);
  if (!match) return undefined;
  const [head, before = '', requestId = '', after = ''] = match;
  const entries = itemsOf(payload, head.length);
  return entries && { before, requestId, after, entries };
}

/** The UUID of version 5 (RFC 9562) of a name within another UUID: whoever asks gets the same. */
function uuidWithin(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The payload of some of the entries, under an id that follows from that of the whole: a second try is known for one. */
export function payloadOf({ before, requestId, after, entries }: Parts, start: number, end: number): string {
  return `${before}${uuidWithin(requestId, `${start}-${end}`)}${after}${entries.slice(start, end).join(',')}]}`;
}
