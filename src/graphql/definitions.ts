import { type DocumentNode, Kind } from 'graphql';

/** The fragments of a document by name. */
export function fragmentsOf(document: DocumentNode) {
  return new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/** The operations of a document. */
export function operationsOf(document: DocumentNode) {
  return document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
}
