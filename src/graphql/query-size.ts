import { type DocumentNode, type GraphQLError, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf, operationsOf } from './definitions.ts';
import { overLimit, type QueryLimits } from './query-limits.ts';

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
