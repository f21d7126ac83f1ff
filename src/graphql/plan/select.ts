import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** What the fields of an object are collected in: the document, and the values on which `@skip` and `@include` depend. */
export type Selecting = {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  conditions: Readonly<Record<string, unknown>>;
};

/** The fields of an object by the name that each has in the answer, as the specification collects them. */
export function collectFields(
  selecting: Selecting,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const entered = new Set<string>();
  for (const set of sets) collectFrom(selecting, type, set, fields, entered);
  return fields;
}

function collectFrom(
  selecting: Selecting,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  fields: Map<string, FieldNode[]>,
  entered: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isWanted(selection, selecting.conditions)) continue;
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value;
      const nodes = fields.get(name);
      if (nodes) nodes.push(selection);
      else fields.set(name, [selection]);
      continue;
    }
    let fragment: { typeCondition?: NamedTypeNode | undefined; selectionSet: SelectionSetNode } | undefined =
      selection as never;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const { value } = selection.name;
      if (entered.has(value)) continue;
      entered.add(value);
      fragment = selecting.fragments[value];
    }
    if (fragment && isOfType(selecting.schema, fragment.typeCondition, type))
      collectFrom(selecting, type, fragment.selectionSet, fields, entered);
  }
}

function isWanted(node: SelectionNode, conditions: Readonly<Record<string, unknown>>): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, conditions)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, conditions)?.['if'] !== false;
}

function isOfType(schema: GraphQLSchema, condition: NamedTypeNode | undefined, type: GraphQLObjectType): boolean {
  if (!condition) return true;
  const wanted = schema.getType(condition.name.value);
  return wanted === type || (isAbstractType(wanted) && schema.isSubType(wanted, type));
}

/** The variables of an operation by which its document decides what is selected. */
export function conditionsOf(document: DocumentNode, { variableDefinitions }: OperationDefinitionNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return (variableDefinitions ?? []).map(({ variable }) => variable.name.value).filter((name) => names.has(name));
}
