import { quote } from './quote.ts';

const shownAtEachEnd = 8;

/** Where something stands inside a value, for messages: `metadata["a"].classes[3]`; the middle of a long path is left out. */
export function formatPath(root: string, path: readonly (string | number)[]): string {
  const steps = path.map(formatStep);
  const shown =
    steps.length > 2 * shownAtEachEnd
      ? [...steps.slice(0, shownAtEachEnd), '…', ...steps.slice(-shownAtEachEnd)]
      : steps;
  return root + shown.join('');
}

function formatStep(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_$][\w$]{0,59}$/.test(step) ? `.${step}` : `[${quote(step)}]`;
}
