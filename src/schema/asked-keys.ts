import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode, type ValueNode } from 'graphql';

/** What stands for the keys in a field of a document; documents are kept, so it is worked out once. */
const known = new WeakMap<FieldNode, ValueNode[]>();

/**
 * The keys for which the query asks `runMetadata` of every node of the connection that is being resolved, so that they can
 * be looked up with the page at once. Those under a directive may be among them although they are not wanted.
 */
export function keysAskedOfNodes(info: GraphQLResolveInfo): string[] {
  return keysUnder(info, ['edges', 'node']);
}

/** The same of the object that is being resolved. */
export function keysAskedOfObject(info: GraphQLResolveInfo): string[] {
  return keysUnder(info, []);
}

function keysUnder({ fieldNodes, fragments, variableValues }: GraphQLResolveInfo, way: string[]): string[] {
  const keys = new Set<string>();
  for (const node of fieldNodes) {
    let values = known.get(node);
    if (values === undefined) {
      values = valuesUnder(node.selectionSet, way, fragments);
      known.set(node, values);
    }
    for (const value of values) {
      const key =
        value.kind === Kind.VARIABLE ? variableValues[value.name.value] : value.kind === Kind.STRING && value.value;
      if (typeof key === 'string') keys.add(key);
    }
  }
  return [...keys];
}

/**
 * The `key` of each `runMetadata` at the end of a way through fields; `nodes` is short for `edges { node }`. A fragment is
 * entered once at each place of the way, however often it is spread: fragments that double at each level would take exponential time.
 */
function valuesUnder(
  set: SelectionSetNode | undefined,
  way: string[],
  fragments: GraphQLResolveInfo['fragments'],
  entered = new Set<string>(),
): ValueNode[] {
  const under = (inner: SelectionSetNode | undefined, rest: string[]) => valuesUnder(inner, rest, fragments, entered);
  return (set?.selections ?? []).flatMap((selection): ValueNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      const place = `${way.length} ${selection.name.value}`;
      if (entered.has(place)) return [];
      entered.add(place);
      return under(fragments[selection.name.value]?.selectionSet, way);
    }
    if (selection.kind === Kind.INLINE_FRAGMENT) return under(selection.selectionSet, way);
    const { name, selectionSet } = selection;
    if (way.length === 2 && name.value === 'nodes') return under(selectionSet, []);
    if (way.length > 0) return name.value === way[0] ? under(selectionSet, way.slice(1)) : [];
    const key = name.value === 'runMetadata' && selection.arguments?.find((argument) => argument.name.value === 'key');
    return key ? [key.value] : [];
  });
}
