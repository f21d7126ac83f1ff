import { FinishRun, FinishStep, LogMetadataBatch, StartRun, StartStep } from '../generated/operations.ts';

const mutations = { startRun: StartRun, startStep: StartStep, finishStep: FinishStep, finishRun: FinishRun };

/** The name of an operation in a spool file. */
export type OpName = keyof typeof mutations | 'logMetadata';

/** One operation of a spool file. */
export interface Operation {
  readonly op: OpName;
  /** JSON text: the `input` of logMetadata, else the `variables`; forwarded as it is, digit for digit. */
  readonly payload: string;
  /** How many entries it logs. */
  readonly entries: number;
  /** The run and the step that must exist first, by the names it uses. */
  readonly needs: readonly string[];
}

/** The line of an operation, newline included. `payload` is compact JSON. */
export function lineOf(op: OpName, payload: string): string {
  return `{"op":"${op}","${op === 'logMetadata' ? 'input' : 'variables'}":${payload}}\n`;
}

type Fields = Record<string, unknown>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(fieldsOf(value)).length;
}

/** Reads a line without its newline. Undefined when it is not an operation that this version knows. */
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
  const entries = countOf(parsed['entries']) + countOf(parsed['metadata']);
  return { op: op as OpName, payload: payload ?? '', entries, needs };
}

/** The body of the request for one operation, or for several that log. */
export function requestBody(operations: readonly Operation[]): string {
  const [first] = operations;
  if (first && first.op !== 'logMetadata')
    return `{"query":${JSON.stringify(mutations[first.op])},"variables":${first.payload}}`;
  const inputs = operations.map(({ payload }) => payload).join(',');
  return `{"query":${JSON.stringify(LogMetadataBatch)},"variables":{"inputs":[${inputs}]}}`;
}

/** A startRun under a name that no other run has; undefined when it is not one, or has no name. */
export function renamed(operation: Operation): { operation: Operation; from: string; to: string } | undefined {
  if (operation.op !== 'startRun') return undefined;
  const variables = JSON.parse(operation.payload);
  const { id, name } = fieldsOf(variables.input);
  if (typeof id !== 'string' || typeof name !== 'string') return undefined;
  const to = `${name}-${id.slice(0, 8)}`;
  const payload = JSON.stringify({ ...variables, input: { ...variables.input, name: to } });
  return { operation: { ...operation, payload }, from: name, to };
}
