import type { Status } from '../../filter/tree.ts';
import type { Style } from '../terminal/style.ts';

const marks: Readonly<Record<Status, string>> = {
  RUNNING: '●',
  COMPLETED: '✓',
  FAILED: '✗',
  CRASHED: '✗',
  CANCELLED: '⊘',
  CACHED: '↺',
  RETRIED: '↻',
};

/** The colour of a status. */
export function paintOf(status: Status, style: Style): (text: string) => string {
  switch (status) {
    case 'RUNNING':
      return style.blue;
    case 'COMPLETED':
    case 'CACHED':
      return style.green;
    case 'FAILED':
    case 'CRASHED':
      return style.red;
    case 'CANCELLED':
      return style.yellow;
    case 'RETRIED':
      return style.dim;
  }
}

/** A status in one word, with a mark that is seen without colours, too. */
export function statusText(status: Status): string {
  return `${marks[status]} ${status.toLowerCase()}`;
}

/** A step by its name, and by its attempt where that is not the first. */
export function stepTitle({ name, attempt }: { name: string; attempt: number }): string {
  return attempt > 1 ? `${name} (attempt ${attempt})` : name;
}

/** How long something has taken, or takes, in milliseconds. */
export function tookMs({ startedAt, endedAt }: { startedAt: string; endedAt: string | null }, now: number): number {
  return (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt);
}
