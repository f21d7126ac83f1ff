import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Selecting } from './select.ts';

/**
 * Whether plans cover all that can stand below a type: not where a value decides what type it has (interfaces, unions,
 * `isTypeOf`).
 */
export function isCovered(root: GraphQLObjectType): boolean {
  const met = new Set<GraphQLNamedType>([root]);
  for (const type of met) {
    if (isAbstractType(type) || (isObjectType(type) && type.isTypeOf)) return false;
    if (isObjectType(type)) for (const { type: below } of Object.values(type.getFields())) met.add(getNamedType(below));
  }
  return true;
}

/** Whether an operation asks about the schema itself, which plans leave to graphql-js. */
export function isIntrospection(operation: OperationDefinitionNode, fragments: Selecting['fragments']): boolean {
  const entered = new Set<string>();
  const looks = ({ selectionSet }: Pick<OperationDefinitionNode, 'selectionSet'>): boolean =>
    selectionSet.selections.some((selection) => {
      if (selection.kind === Kind.FIELD)
        return selection.name.value === '__schema' || selection.name.value === '__type';
      if (selection.kind === Kind.INLINE_FRAGMENT) return looks(selection);
      const fragment = fragments[selection.name.value];
      if (!fragment || entered.has(selection.name.value)) return false;
      entered.add(selection.name.value);
      return looks(fragment);
    });
  return looks(operation);
}
