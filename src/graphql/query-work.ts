import type { FieldNode, GraphQLField, ValueNode } from 'graphql';
import { valueFromASTUntyped } from 'graphql';

/** What a count of runs, and each condition that no index serves, costs beside the objects of an answer. */
export const costOfCondition = 2_000;

/** Points of a curve that cost as much as one object: they have nothing below them. */
const pointsPerObject = 20;

/** As many as a curve may have. Who asks for more is refused where it is read, which says so better. */
const mostPoints = 10_000;

/** How long lists are taken to be whose length the query does not say. */
const usualLengths: Readonly<Record<string, number>> = {
  'RunComparison.rows': 50,
  'ComparisonRow.leaves': 10,
  // One a run: `compareRuns` itself counts as often as there are runs.
  'RunComparison.runs': 1,
  'ComparisonRow.cells': 1,
  'RunFacets.statuses': 7,
  'RunFacets.pipelines': 50,
};

/** What it costs to count all that a connection has; runs are told apart by their filter. */
const costOfCount: Readonly<Record<string, number>> = {
  'Query.pipelines': 50,
  'PipelineRun.metadataHistory': 50,
  'Step.metadataHistory': 50,
};

type Variables = Readonly<Record<string, unknown>>;

/** A field as it is asked for: `Type.field`, and its arguments. */
export type AskedField = { name: string; node: FieldNode; read: (argument: string) => unknown };

/** The arguments of a field as they are sent; null and undefined for what is not. */
export function askField(
  typeName: string,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
): AskedField {
  const read = (argument: string) => {
    const given = node.arguments?.find(({ name }) => name.value === argument)?.value;
    const value = given && valueGiven(given, variables);
    return value === undefined ? field.args.find(({ name }) => name === argument)?.defaultValue : value;
  };
  return { name: `${typeName}.${node.name.value}`, node, read };
}

/** How often a field counts, of those whose arguments say it, or which are known to be so long; else undefined. */
export function timesOf({ name, read }: AskedField): number | undefined {
  if (name === 'Query.compareRuns') return lengthOf(read('refs'));
  if (name === 'Query.series') return lengthOf(read('refs')) * lengthOf(read('keys'));
  return usualLengths[name];
}

/**
 * What the database has to do for a field besides finding what is answered, in objects: for conditions and orders that no
 * index serves, for counts, for curves.
 */
export function workOf({ name, node, read }: AskedField): number {
  switch (name) {
    case 'Query.pipelineRuns': {
      const filter = read('filter');
      const conditions = costOfCondition * conditionsWithoutIndex(filter) + valuesToCompareWith(filter);
      const path = at(at(read('orderBy'), 'metadata'), 'path');
      const counts = asksForCount(node) ? costOfCondition + conditions : 0;
      return conditions + counts + (lengthOf(path) > 0 ? costOfCondition : 0);
    }
    case 'Query.runFacets': {
      const filter = read('filter');
      const conditions = costOfCondition * (1 + conditionsWithoutIndex(filter)) + valuesToCompareWith(filter);
      return isGiven(filter) ? conditions : 0;
    }
    case 'Query.series':
      return lengthOf(read('refs')) * lengthOf(read('keys')) * points(read('maxPoints'));
    case 'Step.metadataSeries':
      return points(read('maxPoints'));
    default:
      return asksForCount(node) ? (costOfCount[name] ?? 0) : 0;
  }
}

/** How many values a filter, as it is sent, compares with: each is a look-up. */
function valuesToCompareWith(filter: unknown): number {
  if (Array.isArray(filter)) return filter.reduce((sum: number, part) => sum + valuesToCompareWith(part), 0);
  if (typeof filter !== 'object' || filter === null) return 0;
  const own = lengthOf(at(at(filter, 'metadata'), 'in')) + lengthOf(at(filter, 'pipelines'));
  return ['and', 'or', 'not'].reduce((sum, name) => sum + valuesToCompareWith(at(filter, name)), own);
}

/** How many conditions of a filter, as it is sent, no index serves: those that are tried on run after run. */
function conditionsWithoutIndex(filter: unknown): number {
  if (Array.isArray(filter)) return filter.reduce((sum: number, part) => sum + conditionsWithoutIndex(part), 0);
  if (typeof filter !== 'object' || filter === null) return 0;
  const metadata = at(filter, 'metadata');
  const own = [
    at(filter, 'nameContains'),
    at(filter, 'not'),
    ...['contains', 'has', 'type'].map((name) => at(metadata, name)),
  ].filter(isGiven).length;
  const others = (lengthOf(at(metadata, 'path')) > 0 ? 1 : 0) + (at(metadata, 'exists') === false ? 1 : 0);
  const inner = ['and', 'or', 'not'].map((name) => conditionsWithoutIndex(at(filter, name)));
  return inner.reduce((sum, count) => sum + count, own + others);
}

/** Whether `totalCount` is asked for, at its own level or in an inline fragment; of a named one it is taken so. */
function asksForCount({ selectionSet }: Pick<FieldNode, 'selectionSet'>): boolean {
  return (selectionSet?.selections ?? []).some((selection) => {
    if (selection.kind === 'Field') return selection.name.value === 'totalCount';
    return selection.kind === 'FragmentSpread' || asksForCount(selection);
  });
}

function valueGiven(node: ValueNode, variables: Variables): unknown {
  return valueFromASTUntyped(node, variables as Record<string, unknown>);
}

function points(maxPoints: unknown): number {
  return Math.min(mostPoints, Math.max(0, Number(maxPoints) || 0)) / pointsPerObject;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Of a list; what is no list is read as a list of one. */
function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : isGiven(value) ? 1 : 0;
}
