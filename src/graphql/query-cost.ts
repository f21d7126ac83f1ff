import { asDouble } from '@runledger/client/json';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
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
} from 'graphql';
import { fragmentsOf } from './definitions.ts';
import { overLimit } from './query-limits.ts';

/** Throws a refusal where an operation could answer with too many objects. */
export type CostCheck = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | undefined,
) => void;

/** One check for whatever way an operation takes to its execution. */
export function createCostCheck(schema: GraphQLSchema, maxCost: number): CostCheck {
  return (document, operation, variables) => {
    const excess = findExcessCost(schema, document, operation, variables ?? {}, maxCost);
    if (excess) throw excess;
  };
}

/** What a list that is not paged is taken to hold. */
const unpagedSize = 100;

/**
 * How many objects an operation could answer with: each field that gives objects counts once for each of its parents,
 * a page as many as `first` allows. Each fragment is measured once, so the time is linear in the text.
 * Returns a refusal when it is more than `maxCost`, else null.
 */
function findExcessCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  maxCost: number,
): GraphQLError | null {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, number>();

  /** The objects under one object of the type `parent`. */
  const measure = (set: SelectionSetNode, parent: GraphQLNamedType | undefined): number => {
    let objects = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) objects += measureFragment(selection.name.value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) objects += measure(selection.selectionSet, parent);
      else objects += measureField(selection, parent);
    }
    return objects;
  };

  const measureFragment = (name: string): number => {
    const known = measured.get(name);
    if (known !== undefined) return known;
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
    return sizeOf(field, node, parent) * ((isCompositeType(type) ? 1 : 0) + measure(node.selectionSet, type));
  };

  const sizeOf = (field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLNamedType | undefined) => {
    const first = field.args.find((arg) => arg.name === 'first');
    if (first) return Math.max(0, given(node) ?? Number(first.defaultValue ?? unpagedSize));
    const listed = isListType(isNonNullType(field.type) ? field.type.ofType : field.type);
    // The list inside a connection is as long as the page that was already counted.
    const counted = /^(Query|Mutation)$|(Payload|Connection|Comparison|Series)$/.test(parent?.name ?? '');
    return listed && !counted ? unpagedSize : 1;
  };

  /** The `first` that the query gives, itself or by a variable; undefined where it gives none. */
  const given = (node: FieldNode): number | undefined => {
    let value = node.arguments?.find((argument) => argument.name.value === 'first')?.value;
    if (value?.kind === Kind.VARIABLE) {
      const { name } = value;
      const sent = variables[name.value];
      if (sent !== undefined) return asDouble(sent) ?? undefined;
      value = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name.value)?.defaultValue;
    }
    return value?.kind === Kind.INT ? Number(value.value) : undefined;
  };

  const cost = measure(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
  return cost > maxCost
    ? overLimit(
        'objects that it could answer with',
        maxCost,
        'Ask for smaller pages (`first`), or for fewer lists inside lists.',
      )
    : null;
}
