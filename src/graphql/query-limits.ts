import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a query may be. Each is a setting; the defaults leave room for dashboards and GraphiQL's introspection. */
export type QueryLimits = {
  /** Bytes of the query text; default 65,536. */
  maxQueryBytes: number;
  /** Tokens of the query text; default 4,000. */
  maxTokens: number;
  /** Fields inside one another; default 16. */
  maxDepth: number;
  /** Aliases, of any field, counted wherever a fragment is used; default 100. */
  maxAliases: number;
  /** Directives, counted likewise; default 50. */
  maxDirectives: number;
  /** Objects that the pages asked for could hold together; default 100,000. */
  maxCost: number;
};

/** A refusal that is a 400 whatever media type is accepted. */
export function overLimit(what: string, limit: number, advice: string): GraphQLError {
  return new GraphQLError(`The query has more than ${limit.toLocaleString('en')} ${what}. ${advice}`, {
    extensions: { code: 'BAD_USER_INPUT', limit, http: { status: 400 } },
  });
}

type Size = { depth: number; aliases: number; directives: number };

/**
 * Measures every operation of a document before it is validated; each fragment is measured once, so the time is linear
 * in the text however often fragments are used. Returns the first limit that is exceeded, or null.
 */
export function findExcess(document: DocumentNode, limits: QueryLimits): GraphQLError | null {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, Size>();

  const measureFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    const nothing = { depth: 0, aliases: 0, directives: 0 };
    // Stands while the fragment is measured: one that uses itself ends here, and validation refuses it.
    measured.set(name, nothing);
    const fragment = fragments.get(name);
    const size = fragment ? measure(fragment.selectionSet) : nothing;
    measured.set(name, size);
    return size;
  };

  const measure = (set: SelectionSetNode): Size => {
    const total: Size = { depth: 0, aliases: 0, directives: 0 };
    for (const selection of set.selections) {
      total.directives += selection.directives?.length ?? 0;
      const isField = selection.kind === Kind.FIELD;
      if (isField && selection.alias) total.aliases += 1;
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : selection.selectionSet
            ? measure(selection.selectionSet)
            : { depth: 0, aliases: 0, directives: 0 };
      total.depth = Math.max(total.depth, inner.depth + (isField ? 1 : 0));
      total.aliases += inner.aliases;
      total.directives += inner.directives;
    }
    return total;
  };

  for (const operation of operationsOf(document)) {
    const size = measure(operation.selectionSet);
    const directives = size.directives + (operation.directives?.length ?? 0);
    if (size.depth > limits.maxDepth) return overLimit('levels of fields', limits.maxDepth, 'Ask for less at once.');
    if (size.aliases > limits.maxAliases) return overLimit('aliases', limits.maxAliases, 'Split it.');
    if (directives > limits.maxDirectives) return overLimit('directives', limits.maxDirectives, 'Remove some.');
  }
  return null;
}

/** Throws a refusal where an operation could answer with too many objects. */
export type CostCheck = (execution: {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}) => void;

/** One check for whatever way an operation takes to its execution. */
export function createCostCheck(schema: GraphQLSchema, maxCost: number): CostCheck {
  return ({ document, operationName, variableValues }) => {
    const operation = getOperationAST(document, operationName);
    const excess = operation && findExcessCost(schema, document, operation, variableValues ?? {}, maxCost);
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
      if (sent !== undefined) return typeof sent === 'number' ? sent : undefined;
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

const fragmentsOf = (document: DocumentNode) =>
  new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );

const operationsOf = (document: DocumentNode) =>
  document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
