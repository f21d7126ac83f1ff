import type { LogCall } from '../log-input.ts';

/** What a line of `logMetadata` ends with, behind its last entry. */
const end = ']}}\n';
const maxEntries = 1_000;
const maxLineBytes = 64 * 1024;
/** What is larger has a line of its own: it may be refused, and nothing else with it. */
const maxCallCharacters = 2_048;

/** The last line of the queue, as long as calls can be added to it. */
export interface LastLine {
  readonly target: string;
  readonly loggedAt: string;
  readonly entries: number;
  readonly bytes: number;
}

function isSmall({ entries }: LogCall): boolean {
  return entries.reduce((sum, { length }) => sum + length, 0) <= maxCallCharacters;
}

/** The line that a call was written as; undefined where no other call is to be added to it. */
export function lastLineOf(call: LogCall, bytes: number): LastLine | undefined {
  if (!isSmall(call)) return undefined;
  return { target: call.target, loggedAt: call.loggedAt, entries: call.entries.length, bytes };
}

/**
 * What to write over the end of the last line, so that it logs what the call logs, too: calls for the same target share a line
 * and a request. An entry of another moment carries its own time. Undefined where they cannot share one.
 */
export function additionTo(
  last: LastLine,
  call: LogCall,
): { readonly text: string; readonly bytes: number; readonly over: number; readonly line: LastLine } | undefined {
  const entries = last.entries + call.entries.length;
  if (last.target !== call.target || entries > maxEntries || !isSmall(call)) return undefined;
  const time = last.loggedAt === call.loggedAt ? '' : `,"loggedAt":"${call.loggedAt}"`;
  const text = `,${call.entries.map((entry) => `${entry.slice(0, -1)}${time}}`).join(',')}${end}`;
  const bytes = Buffer.byteLength(text);
  const lineBytes = last.bytes + bytes - end.length;
  if (lineBytes > maxLineBytes) return undefined;
  return { text, bytes, over: end.length, line: { ...last, entries, bytes: lineBytes } };
}
