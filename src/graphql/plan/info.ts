import type { GraphQLResolveInfo } from 'graphql';
import type { Path } from './path.ts';
import type { Execution, FieldPlan } from './plan.ts';

/** What graphql-js hands every resolver as its fourth argument. */
export function createInfo({ plan, variables }: Execution, field: FieldPlan, path: Path): GraphQLResolveInfo {
  return {
    fieldName: field.definition.name,
    fieldNodes: field.nodes,
    returnType: field.definition.type,
    parentType: field.parent,
    path,
    schema: plan.schema,
    fragments: plan.fragments,
    rootValue: undefined,
    operation: plan.operation,
    variableValues: variables as { [name: string]: unknown },
  };
}
