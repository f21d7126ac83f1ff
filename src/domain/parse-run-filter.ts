import { numberText } from '@runledger/client/json';
import { badInput } from '../errors.ts';
import type { ExecutionStatus, MetadataType } from '../storage/rows.ts';
import type { Operand } from '../storage/runs/equality.ts';
import type { MetadataTest, RunFilter } from '../storage/runs/run-filter.ts';
import { mayBeInName, normalizeName } from './names.ts';
import { parsePath, parseSource } from './parse-latest-source.ts';
import { textRange } from './text-range.ts';
import type { Limits } from './value/limits.ts';
import { parseMetadataValue } from './value/metadata-value.ts';
import { isStorableText } from './value/storable.ts';

/** A filter as it is asked for: every field given must hold. */
export type FilterInput = {
  pipeline?: string | null | undefined;
  status?: ExecutionStatus[] | null | undefined;
  pipelines?: string[] | null | undefined;
  namePrefix?: string | null | undefined;
  nameContains?: string | null | undefined;
  startedAfter?: Date | null | undefined;
  startedBefore?: Date | null | undefined;
  endedAfter?: Date | null | undefined;
  endedBefore?: Date | null | undefined;
  metadata?: ConditionInput | null | undefined;
  and?: FilterInput[] | null | undefined;
  or?: FilterInput[] | null | undefined;
  not?: FilterInput | null | undefined;
};

/** A condition on a latest entry as it is asked for. `equals: null` is the logged null; other nulls are not given. */
export type ConditionInput = {
  key: string;
  step?: string | null | undefined;
  path?: string[] | null | undefined;
  exists?: boolean | null | undefined;
  type?: MetadataType | null | undefined;
  equals?: unknown;
  in?: unknown[] | null | undefined;
  gt?: number | null | undefined;
  gte?: number | null | undefined;
  lt?: number | null | undefined;
  lte?: number | null | undefined;
  contains?: string | null | undefined;
  startsWith?: string | null | undefined;
  has?: unknown;
};

const maxParts = 100;

/** Values that the conditions of a filter compare with, together. */
const maxOperands = 1_000;

const nothing: RunFilter = { kind: 'any', of: [] };

/**
 * @throws BAD_USER_INPUT for a filter of more than 100 parts or 1,000 values to be equal to, a path of more than 64, or
 * JSON that is refused.
 */
export function parseRunFilter(input: FilterInput | null | undefined, limits: Limits): RunFilter {
  let parts = 0;
  let operands = 0;
  const parse = (filter: FilterInput): RunFilter => {
    parts += 1;
    if (parts > maxParts) throw badInput(`The filter has more than ${maxParts} parts. Ask for less at once.`);
    operands += (filter.metadata?.in?.length ?? 0) + (filter.pipelines?.length ?? 0);
    if (operands > maxOperands)
      throw badInput(
        `The filter compares with more than ${maxOperands.toLocaleString('en')} values. Ask for less at once.`,
      );
    const of: RunFilter[] = [];
    if (filter.pipeline != null) of.push(ofPipelines([filter.pipeline]));
    if (filter.pipelines != null) of.push(ofPipelines(filter.pipelines));
    if (filter.status != null) of.push({ kind: 'status', anyOf: filter.status });
    if (filter.namePrefix != null && filter.namePrefix !== '') {
      const text = normalizeName(filter.namePrefix);
      of.push(mayBeInName(text) ? { kind: 'namePrefix', ...textRange(text) } : nothing);
    }
    if (filter.nameContains != null && filter.nameContains !== '') {
      const text = normalizeName(filter.nameContains);
      of.push(mayBeInName(text) ? { kind: 'nameContains', text } : nothing);
    }
    if (filter.startedAfter != null) of.push({ kind: 'startedAfter', at: filter.startedAfter });
    if (filter.startedBefore != null) of.push({ kind: 'startedBefore', at: filter.startedBefore });
    if (filter.endedAfter != null) of.push({ kind: 'endedAfter', at: filter.endedAfter });
    if (filter.endedBefore != null) of.push({ kind: 'endedBefore', at: filter.endedBefore });
    if (filter.metadata != null) of.push(parseCondition(filter.metadata, limits));
    if (filter.and != null) of.push({ kind: 'all', of: filter.and.map(parse) });
    if (filter.or != null) of.push({ kind: 'any', of: filter.or.map(parse) });
    if (filter.not != null) of.push({ kind: 'not', of: parse(filter.not) });
    return { kind: 'all', of };
  };
  return parse(input ?? {});
}

function ofPipelines(names: readonly string[]): RunFilter {
  const anyOf = names.map(normalizeName).filter(mayBeInName);
  return anyOf.length === 0 ? nothing : { kind: 'pipelines', anyOf };
}

function parseCondition(input: ConditionInput, limits: Limits): RunFilter {
  const tests = parseTests(input, limits);
  const path = parsePath(input.path);
  const source = parseSource(input.key, input.step);
  // Without the key there is nothing that a test could hold of; what must not exist cannot pass one either.
  if (source === null) return input.exists === false && tests.length === 0 ? { kind: 'all', of: [] } : nothing;
  if (input.exists === false && tests.length > 0) return nothing;
  return { kind: 'metadata', source, path, exists: input.exists !== false, tests };
}

function parseTests(input: ConditionInput, limits: Limits): MetadataTest[] {
  const tests: MetadataTest[] = [];
  if (input.type != null) tests.push({ test: 'type', type: input.type });
  if (input.equals !== undefined) tests.push({ test: 'equals', anyOf: [parseOperand(input.equals, 'equals', limits)] });
  if (input.in != null) {
    tests.push({ test: 'equals', anyOf: input.in.map((value, index) => parseOperand(value, `in[${index}]`, limits)) });
  }
  for (const [name, operator] of [
    ['gt', '>'],
    ['gte', '>='],
    ['lt', '<'],
    ['lte', '<='],
  ] as const) {
    const number = input[name];
    if (number != null) tests.push({ test: 'compare', operator, number: numberText(number) });
  }
  for (const test of ['contains', 'startsWith'] as const) {
    const text = input[test];
    if (text != null) tests.push(isStorableText(text) ? { test, text } : { test: 'equals', anyOf: [] });
  }
  if (input.has !== undefined) tests.push({ test: 'has', text: parseOperand(input.has, 'has', limits).text });
  return tests;
}

function parseOperand(value: unknown, where: string, limits: Limits): Operand {
  return parseMetadataValue(value, null, { key: where }, limits);
}
