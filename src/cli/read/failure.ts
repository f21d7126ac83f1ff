import type { Style } from '../terminal/style.ts';
import { printable } from '../terminal/text.ts';

interface Failure {
  readonly type: string;
  readonly message: string;
  readonly traceback: string | null;
}

const mostLines = 12;

/** Why something failed: type and message, and the end of the traceback, where the cause stands. */
export function failureLines(failure: Failure, style: Style, indent = ''): string[] {
  const lines = [style.red(`${printable(failure.type)}: ${printable(failure.message)}`)];
  const trace = (failure.traceback ?? '').trimEnd().split('\n');
  if (failure.traceback !== null) {
    if (trace.length > mostLines) lines.push(style.dim(`… ${trace.length - mostLines} lines before`));
    lines.push(...trace.slice(-mostLines).map((line) => style.dim(line.split('\t').map(printable).join('  '))));
  }
  return lines.map((line) => indent + line);
}
