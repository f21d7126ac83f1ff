import { badInput } from '../errors.ts';
import type { FailureRow } from '../storage/runs/failures.ts';
import { hasUnpairedSurrogate } from './value/quote.ts';

/** Why something failed, as it is sent. */
export type FailureInput = { type: string; message: string; traceback?: string | null | undefined };

const maxCharacters = 1_000;
const maxTracebackBytes = 16_384;

/**
 * A failure as it is stored: of type and message the last 1,000 characters, of the traceback the last 16 KiB of UTF-8; what
 * is longer is cut in front. NUL and halves of characters, which texts of failing programs may have, become U+FFFD.
 * @throws BAD_USER_INPUT for a blank type.
 */
export function parseFailure({ type, message, traceback }: FailureInput): FailureRow {
  if (type.trim() === '') throw badInput('failure.type is blank: give the name of the exception, or what went wrong.');
  return {
    type: lastCharacters(storable(type)),
    message: lastCharacters(storable(message)),
    traceback: traceback == null ? null : lastBytes(storable(traceback)),
  };
}

function storable(text: string): string {
  const withoutNul = text.replaceAll('\0', '\ufffd');
  return hasUnpairedSurrogate(withoutNul) ? Buffer.from(withoutNul).toString() : withoutNul;
}

function lastCharacters(text: string): string {
  if (text.length <= maxCharacters) return text;
  return Array.from(text.slice(-2 * maxCharacters).replace(/^[\udc00-\udfff]/, ''))
    .slice(-maxCharacters)
    .join('');
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxTracebackBytes) return text;
  let start = bytes.length - maxTracebackBytes;
  // Not in the middle of a character: its further bytes are 10xxxxxx.
  while ((bytes[start]! & 0xc0) === 0x80) start += 1;
  return bytes.toString('utf8', start);
}
