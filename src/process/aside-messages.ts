import type { AsideAnswer, AsideQuestion } from '../graphql/aside.ts';
import type { Metric } from '../measure/metric.ts';
import type { Settings } from './settings.ts';

/** What the process of dear queries is started with: there are secrets in it, so it comes by the channel like all else. */
export type AsideStart = { settings: Settings; connectionString: string; isTerminal: boolean };

/** What it is told, beginning with the start. */
export type ToAside =
  | { start: AsideStart }
  | { number: number; question: AsideQuestion; waitedMs: number }
  | { number: number; ask: 'metrics' }
  | { close: true };

/** The file descriptor by which bodies come, in the order of the answers. */
export const bodiesFd = 4;

/** What it says. */
export type FromAside =
  | { ready: true; clockZero: number }
  | { outage: string }
  | { number: number; answer: Omit<AsideAnswer, 'body' | 'offsetMs'>; bodyBytes: number }
  | { number: number; metrics: Metric[] };

/** When `performance.now()` was 0 in this process, in milliseconds of the clock that all processes of a machine share. */
export function clockZero(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now();
}
