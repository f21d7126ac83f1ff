import { FinishRun, FinishStep, LogMetadataBatch, StartRun, StartStep } from '../generated/operations.ts';

const mutations = { startRun: StartRun, startStep: StartStep, finishStep: FinishStep, finishRun: FinishRun };

/** The names of operations in a spool file. */
export type OpName = keyof typeof mutations | 'logMetadata';

/** One operation of a spool file. */
export interface Operation {
  readonly op: OpName;
  /** JSON text: the `input` of logMetadata, else the `variables`; forwarded as it stands, digit for digit. */
  readonly payload: string;
  /** How many entries it logs. */
  readonly entries: number;
  /** The run and the step that it needs to be there, as it names them. */
  readonly needs: readonly string[];
}

/** The line of an operation, with its newline. `payload` is compact JSON. */
export function lineOf(op: OpName, payload: string): string {
  return `{"op":"${op}","${op === 'logMetadata' ? 'input' : 'variables'}":${payload}}\n`;
}

type Fields = Record<string, unknown>;
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
function count(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(fieldsOf(value)).length;
}

/** Reads a line, without its newline. Undefined when it is no operation that this version knows. */
export function parseOperation(line: string): Operation | undefined {
  const match = /^\{"op":"(\w+)","(input|variables)":(\{.*\})\}$/s.exec(line);
  if (!match) return undefined;
  const [, op, field, payload] = match;
  if (!(op === 'logMetadata' ? field === 'input' : field === 'variables' && Object.hasOwn(mutations, op ?? '')))
    return undefined;
  let parsed: Fields;
  try {
    parsed = fieldsOf(JSON.parse(payload ?? ''));
  } catch {
    return undefined;
  }
  const target = fieldsOf(parsed['target']);
  const needs = [
    target['stepId'],
    target['run'],
    fieldsOf(target['step'])['run'],
    fieldsOf(parsed['input'])['run'],
    parsed['id'],
    parsed['ref'],
  ].filter((name) => typeof name === 'string');
  const entries = count(parsed['entries']) + count(parsed['metadata']);
  return { op: op as OpName, payload: payload ?? '', entries, needs };
}

/** The body of the request that carries out one operation, or several that log. */
export function requestBody(operations: readonly Operation[]): string {
  const [first] = operations;
  if (first && first.op !== 'logMetadata')
    return `{"query":${JSON.stringify(mutations[first.op])},"variables":${first.payload}}`;
  const inputs = operations.map(({ payload }) => payload).join(',');
  return `{"query":${JSON.stringify(LogMetadataBatch)},"variables":{"inputs":[${inputs}]}}`;
}

/** The same start of a run under a name that nobody else has; undefined when there is no name to change. */
export function renamed(operation: Operation): { operation: Operation; from: string; to: string } | undefined {
  if (operation.op !== 'startRun') return undefined;
  const variables = JSON.parse(operation.payload);
  const { id, name } = fieldsOf(variables.input);
  if (typeof id !== 'string' || typeof name !== 'string') return undefined;
  const to = `${name}-${id.slice(0, 8)}`;
  const payload = JSON.stringify({ ...variables, input: { ...variables.input, name: to } });
  return { operation: { ...operation, payload }, from: name, to };
}
