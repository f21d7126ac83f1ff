import { type DocumentNode, type GraphQLError, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf, operationsOf } from './definitions.ts';
import { overLimit } from './query-limits.ts';

/** Pairs of fields of one name in one place: each is compared when the query is validated, whether both can stand there. */
const maxPairs = 10_000;
/** Fields, counted in each place in which a fragment puts them. */
const maxFields = 20_000;

/**
 * Whether a document repeats itself so often that to validate it would take long: graphql-js compares every two fields of one
 * name in one place, so that time would grow with the square of the text. Each place is looked at once, as execution does it.
 */
export function findRepeats(document: DocumentNode, maxDepth: number): GraphQLError | null {
  const fragments = fragmentsOf(document);
  const used = new Set<string>();
  let pairs = 0;
  let fields = 0;

  /** The sets of all fields of one name in one place are one place. */
  const look = (sets: readonly SelectionSetNode[], depth: number): void => {
    const names = new Map<string, { count: number; inner: SelectionSetNode[] }>();
    const seen = new Set<string>();
    const collect = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (fields > maxFields) return;
        if (selection.kind === Kind.FIELD) {
          fields += 1;
          const name = (selection.alias ?? selection.name).value;
          const place = names.get(name) ?? { count: 0, inner: [] };
          names.set(name, place);
          pairs += place.count;
          place.count += 1;
          if (selection.selectionSet) place.inner.push(selection.selectionSet);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (!seen.has(selection.name.value)) {
          seen.add(selection.name.value);
          used.add(selection.name.value);
          const fragment = fragments.get(selection.name.value);
          if (fragment) collect(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) collect(set);
    // Deeper than this are only fragments in themselves, which validation refuses.
    if (depth > maxDepth) return;
    for (const { inner } of names.values())
      if (inner.length > 0 && pairs <= maxPairs && fields <= maxFields) look(inner, depth + 1);
  };

  for (const { selectionSet } of operationsOf(document)) look([selectionSet], 1);
  // What nobody uses is validated all the same.
  for (const [name, { selectionSet }] of fragments) if (!used.has(name)) look([selectionSet], 1);
  if (fields > maxFields) return overLimit('fields, counted wherever a fragment is used', maxFields, 'Split it.');
  return pairs > maxPairs
    ? overLimit('pairs of fields of one name in one place', maxPairs, 'Ask for each once, or split it.')
    : null;
}
