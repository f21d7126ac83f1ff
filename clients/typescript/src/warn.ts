import { environment } from './options.ts';
import { currentSubstitute } from './substitute.ts';

export function warn(message: string): void {
  console.warn(`runledger: ${message}`);
}

const warned = new Set<string>();

/** Whether mistakes that are only worth a warning are to be thrown: `RUNLEDGER_STRICT=1`, or a test that records. */
export function isStrict(): boolean {
  return currentSubstitute() !== undefined || environment()['RUNLEDGER_STRICT'] === '1';
}

/** Warns of something the first time that it happens in this process. */
export function warnOnce(message: string): void {
  if (warned.has(message)) return;
  warned.add(message);
  warn(message);
}
