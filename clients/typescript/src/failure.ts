import type { FailureInput } from './generated/operations.ts';
import { isOn } from './options.ts';

const maxCharacters = 1_000;
const maxTracebackCharacters = 16_384;
const maxCauses = 8;

/** Calls what may throw, as the getters of an error may: of a failure at least something is said. */
function attempt(read: () => unknown): string {
  try {
    return String(read());
  } catch {
    return '';
  }
}

/** The end of a text, without halves of characters: JSON could not carry them. */
function tail(text: string, length: number): string {
  return text.slice(-length).replace(/\p{Surrogate}/gu, '\ufffd');
}

/** The stack of an error and of what caused it. */
function stackOf(error: Error): string {
  const stacks: string[] = [];
  const seen = new Set<unknown>();
  for (let cause: unknown = error; cause !== undefined && !seen.has(cause) && seen.size < maxCauses; ) {
    seen.add(cause);
    const current = cause;
    stacks.push(attempt(() => (current instanceof Error ? (current.stack ?? current) : current)));
    cause = current instanceof Error ? current.cause : undefined;
  }
  return stacks.join('\nCaused by: ');
}

/** Why something failed, as the service takes it: the type, message and stack of what was thrown. Never throws. */
export function failureOf(thrown: unknown): FailureInput {
  if (!(thrown instanceof Error)) {
    const type = thrown === null ? 'null' : typeof thrown;
    return { type, message: tail(attempt(() => thrown) || `Something of type ${type} was thrown.`, maxCharacters) };
  }
  const type = attempt(() => thrown.name) || attempt(() => thrown.constructor.name) || 'Error';
  const failure = {
    type: tail(type, maxCharacters),
    message: tail(
      attempt(() => thrown.message),
      maxCharacters,
    ),
  };
  if (!isOn('RUNLEDGER_SEND_TRACEBACK', true)) return failure;
  const traceback = tail(
    attempt(() => stackOf(thrown)),
    maxTracebackCharacters,
  );
  return traceback === '' ? failure : { ...failure, traceback };
}
