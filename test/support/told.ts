import { parseJson } from '../../clients/typescript/src/json/parse.ts';
import { stringifyJson } from '../../clients/typescript/src/json/stringify.ts';

/** An error as it comes over the wire. */
export type WireError = {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; [name: string]: unknown };
};

type Asked = { query: string; variables?: Record<string, unknown> | undefined };
type Answered = { status: number; body: string };

/** All there is to know of an answer that a test did not expect: what was asked, and each error with its code and path. */
export function tell({ query, variables }: Asked, { status, body }: Answered, logged: string[]): string {
  return [
    `query:\n${indent(query.trim())}`,
    variables && `variables: ${stringifyJson(variables)}`,
    `status: ${status}`,
    ...tellBody(body),
    logged.length > 0 && `logged by the service meanwhile:\n${indent(logged.join('').trim())}`,
  ]
    .filter((part) => typeof part === 'string')
    .join('\n');
}

function tellBody(body: string): string[] {
  const answer = parseAnswer(body);
  if (answer === undefined) return [`body, which is not JSON:\n${indent(body)}`];
  const errors = (answer.errors ?? []).map((error) => indent(tellError(error)));
  const data = `data: ${stringifyJson(answer.data)}`;
  return errors.length > 0 ? [`errors:\n${errors.join('\n')}`, data] : [data];
}

function tellError({ message, path, extensions }: WireError): string {
  const { code, ...more } = extensions ?? {};
  const where = path ? `at ${path.join('.')}` : 'of the whole request';
  const rest = Object.keys(more).length > 0 ? `\n${indent(stringifyJson(more))}` : '';
  return `${code ?? 'no code'} ${where}: ${message}${rest}`;
}

/** The answer in a body, numbers exact; undefined if it is not JSON. */
export function parseAnswer(body: string): { data?: unknown; errors?: WireError[] } | undefined {
  try {
    return parseJson(body) as { data?: unknown; errors?: WireError[] };
  } catch {
    return undefined;
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
