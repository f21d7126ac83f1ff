import { quote } from '../quote.ts';

const SHOWN_AT_EACH_END = 8;

/** Where something stands inside a value, for messages: `metadata["a"].classes[3]`; the middle of a long path is left out. */
export const formatPath = (root: string, path: readonly (string | number)[]): string => {
  const steps = path.map(formatStep);
  const shown =
    steps.length > 2 * SHOWN_AT_EACH_END
      ? [...steps.slice(0, SHOWN_AT_EACH_END), '…', ...steps.slice(-SHOWN_AT_EACH_END)]
      : steps;
  return root + shown.join('');
};

const formatStep = (step: string | number): string => {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_$][\w$]{0,59}$/.test(step) ? `.${step}` : `[${quote(step)}]`;
};
