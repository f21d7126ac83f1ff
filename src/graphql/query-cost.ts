import { asDouble } from '@runledger/client/json';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { fragmentsOf } from './definitions.ts';
import { overLimit } from './query-limits.ts';
import { type AskedField, askField, costOfCondition, timesOf, workOf } from './query-work.ts';

/** What an operation costs at most. Throws a refusal where that is more than it may. */
export type CostCheck = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
) => number;

/** One check for whatever way an operation takes to its execution; of a document that may not have been validated. */
export function createCostCheck(schema: GraphQLSchema, maxCost: number): CostCheck {
  return (document, operation, variables) => {
    const cost = findCost(schema, document, operation, variables ?? {});
    if (cost <= maxCost) return cost;
    throw overLimit(
      `units of cost: an object that it could answer with counts one; a count of runs, and each condition that no index serves (contains, has, type, path, not, exists: false, nameContains), ${costOfCondition.toLocaleString('en')}`,
      maxCost,
      'Ask for smaller pages (first), for fewer lists inside lists, or for fewer such questions at once.',
    );
  };
}

/** What a list that is not paged is taken to hold. */
const unpagedSize = 100;

/**
 * How many objects an operation could answer with: each field that gives objects counts once for each of its parents,
 * a page as many as `first` allows; and what the database has to do besides, in objects too. Each fragment is measured once,
 * so the time is linear in the text.
 */
function findCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = fragmentsOf(document);
  const sent = withDefaults(operation, variables);
  const measured = new Map<string, number>();

  /** The objects under one object of the type `parent`. */
  const measure = (set: SelectionSetNode, parent: GraphQLNamedType | undefined): number => {
    let objects = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) objects += measureFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition } = selection;
        objects += measure(selection.selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : parent);
      } else objects += measureField(selection, parent);
    }
    return objects;
  };

  const measureFragment = (name: string): number => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    // Stands while the fragment is measured: one that uses itself ends here, and validation refuses it.
    measured.set(name, 0);
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const objects = fragment ? measure(fragment.selectionSet, type) : 0;
    measured.set(name, objects);
    return objects;
  };

  const measureField = (node: FieldNode, parent: GraphQLNamedType | undefined): number => {
    if (!node.selectionSet || node.name.value.startsWith('__')) return 0;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const type = getNamedType(field.type);
    const asked = askField(parent!.name, field, node, sent);
    const objects = (isCompositeType(type) ? 1 : 0) + measure(node.selectionSet, type);
    return sizeOf(field, asked, parent!.name) * objects + workOf(asked);
  };

  return measure(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

/** How many objects a field gives for each of its parents. */
function sizeOf(field: GraphQLField<unknown, unknown>, asked: AskedField, parent: string): number {
  const first = field.args.find((arg) => arg.name === 'first');
  if (first) return Math.max(0, asDouble(asked.read('first')) ?? unpagedSize);
  const times = timesOf(asked);
  if (times !== undefined) return times;
  const listed = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
  // The list inside a connection is as long as the page that was already counted.
  const counted = /^(Query|Mutation)$|(Payload|Connection|Series)$/.test(parent);
  return listed && !counted ? unpagedSize : 1;
}

/** The variables that were sent, and the defaults of those that were not. */
function withDefaults({ variableDefinitions = [] }: OperationDefinitionNode, sent: Readonly<Record<string, unknown>>) {
  const defaults = variableDefinitions.filter(({ defaultValue }) => defaultValue !== undefined);
  if (defaults.length === 0) return sent;
  const values = defaults.map(({ variable, defaultValue }) => [
    variable.name.value,
    valueFromASTUntyped(defaultValue!),
  ]);
  return { ...Object.fromEntries(values), ...sent };
}
