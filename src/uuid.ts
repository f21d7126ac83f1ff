import { randomFillSync } from 'node:crypto';

const bytes = new Uint8Array(16);

/** A new UUID of version 7 (RFC 9562): random, and later ones sort after earlier ones to the millisecond. */
export function newUuid(): string {
  randomFillSync(bytes);
  const hex = Buffer.from(bytes).toString('hex');
  const time = Date.now().toString(16).padStart(12, '0');
  const variant = (8 + (bytes[8]! & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
