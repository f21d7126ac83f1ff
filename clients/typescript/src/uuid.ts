const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A new UUID of version 7 (RFC 9562): its first 48 bits are the time, so that ids made later sort later (to the
 * millisecond). A leaf that needs nothing of Node: the client makes its ids with it too, before the first try.
 */
export function newUuid(now = Date.now()): string {
  const bytes = randomBytes();
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) % 256;
  return write(bytes, 7);
}

/**
 * A new UUID of version 4: random from the first digit on. For runs, which people look up by the first digits of their id:
 * with the time in front, all runs of a minute would share eight.
 */
export function newRunId(): string {
  return write(randomBytes(), 4);
}

function randomBytes(): Uint8Array {
  return globalThis.crypto.getRandomValues(new Uint8Array(16));
}

function write(bytes: Uint8Array, version: 4 | 7): string {
  bytes[6] = (version << 4) | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  let id = '';
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) id += '-';
    id += hex[bytes[index]!];
  }
  return id;
}
