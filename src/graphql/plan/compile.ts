import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  TypeNameMetaFieldDef,
} from 'graphql';
import { compileArguments } from './arguments.ts';
import { completeLeaf, completeList, completeObject, completeRequired } from './complete.ts';
import { compileLeaf } from './leaves.ts';
import type { Complete, FieldPlan, ObjectPlan, OperationPlan } from './plan.ts';
import { collectFields } from './select.ts';

/**
 * How an object of a type is answered. What is below its fields is worked out when the first object comes there: fragments
 * that are spread in many places can stand for far more fields than are ever met.
 */
export function compileObject(
  plan: OperationPlan,
  type: GraphQLObjectType,
  nodes: readonly Pick<FieldNode | OperationDefinitionNode, 'selectionSet'>[],
): ObjectPlan {
  const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const fields: FieldPlan[] = [];
  for (const [name, fieldNodes] of collectFields(plan, type, sets)) {
    fields.push(compileField(plan, type, name, fieldNodes, fields.length === 0));
  }
  return { fields };
}

function compileField(
  plan: OperationPlan,
  parent: GraphQLObjectType,
  name: string,
  nodes: FieldNode[],
  isFirst: boolean,
): FieldPlan {
  const [node] = nodes as [FieldNode];
  const definition = fieldOf(parent, node.name.value);
  const { type, resolve } = definition;
  const index = plan.size;
  plan.size += 1;
  return {
    index,
    name,
    head: `${isFirst ? '' : ','}"${name}":`,
    definition,
    nodes,
    parent,
    resolve,
    // A function that names none of its parameters may look at all of them.
    takesInfo: resolve !== undefined && (resolve.length === 0 || resolve.length > 3),
    argumentsOf: compileArguments(definition, node),
    isRequired: isNonNullType(type),
    isComposite: !isLeafType(getNullableType(type)),
    complete: compileType(plan, type, nodes),
  };
}

/** Documents are validated before: the field is there. */
function fieldOf(parent: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> {
  if (name === TypeNameMetaFieldDef.name) return { ...TypeNameMetaFieldDef, resolve: (_source) => parent.name };
  return parent.getFields()[name]!;
}

function compileType(plan: OperationPlan, type: GraphQLOutputType, nodes: FieldNode[]): Complete {
  if (isNonNullType(type)) return completeRequired(compileType(plan, type.ofType, nodes));
  if (isListType(type)) return completeList(compileType(plan, type.ofType, nodes), isNonNullType(type.ofType));
  if (isObjectType(type)) return completeObject(() => compileObject(plan, type, nodes));
  if (!isLeafType(type)) throw new Error(`No plan covers ${type}, whose type only a value decides.`);
  const write = plan.leaves.get(type.name) ?? compileLeaf(type);
  plan.leaves.set(type.name, write);
  return completeLeaf(write);
}
