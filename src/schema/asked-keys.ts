import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode, type ValueNode } from 'graphql';

/** What stands for the keys in a field of a document; documents are kept, so it is worked out once. */
const known = new WeakMap<FieldNode, ValueNode[]>();

/**
 * The keys for which the query asks `runMetadata` of every node of the connection that is being resolved, so that they can
 * be looked up with the page at once. Those under a directive may be among them although they are not wanted.
 */
export function keysAskedOfNodes({ fieldNodes, fragments, variableValues }: GraphQLResolveInfo): string[] {
  const keys = new Set<string>();
  for (const node of fieldNodes) {
    const values = known.get(node) ?? valuesUnder(node.selectionSet, ['edges', 'node'], fragments);
    known.set(node, values);
    for (const value of values) {
      const key =
        value.kind === Kind.VARIABLE ? variableValues[value.name.value] : value.kind === Kind.STRING && value.value;
      if (typeof key === 'string') keys.add(key);
    }
  }
  return [...keys];
}

/** The `key` of each `runMetadata` at the end of a way through fields; `nodes` is short for `edges { node }`. */
function valuesUnder(
  set: SelectionSetNode | undefined,
  way: string[],
  fragments: GraphQLResolveInfo['fragments'],
): ValueNode[] {
  return (set?.selections ?? []).flatMap((selection): ValueNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return valuesUnder(fragments[selection.name.value]?.selectionSet, way, fragments);
    if (selection.kind === Kind.INLINE_FRAGMENT) return valuesUnder(selection.selectionSet, way, fragments);
    const { name, selectionSet } = selection;
    if (way.length === 2 && name.value === 'nodes') return valuesUnder(selectionSet, [], fragments);
    if (way.length > 0) return name.value === way[0] ? valuesUnder(selectionSet, way.slice(1), fragments) : [];
    const key = name.value === 'runMetadata' && selection.arguments?.find((argument) => argument.name.value === 'key');
    return key ? [key.value] : [];
  });
}
