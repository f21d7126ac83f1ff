import { MoveError } from './error.ts';

type Refusal = Error & { code?: string; constraint?: string; detail?: string; where?: string };

/** What Postgres has to say against some lines, in words that help; other errors stay what they are. */
export function explainRefusal(error: unknown, firstLine: number, lastLine: number): unknown {
  const { code, constraint, message, detail, where } = error as Refusal;
  const lines = `lines ${firstLine} to ${lastLine} of the file`;
  if (code === '23505' && constraint === 'pipeline_run_name_key')
    return new MoveError(
      `A run of the file has a name that another run has here: ${detail ?? message} Names are unique: delete one of the two.`,
      { cause: error },
    );
  if (code === '42501')
    return new MoveError(`The role of DATABASE_URL may not do this: ${message}. Import as the owner of the tables.`, {
      cause: error,
    });
  // Class 22: what stands there is no number, time, JSON …; class 23: it breaks a rule of the tables.
  if (/^2[23]/.test(code ?? ''))
    return new MoveError(
      `The database refuses something in ${lines}: ${[message, detail, where?.slice(0, 300)].filter(Boolean).join('; ')}`,
      {
        cause: error,
      },
    );
  return error;
}
