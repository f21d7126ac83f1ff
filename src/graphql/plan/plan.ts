import type { FieldNode, GraphQLField, GraphQLObjectType, OperationDefinitionNode } from 'graphql';
import type { Arguments, Variables } from './arguments.ts';
import type { CollectedErrors } from './collected-errors.ts';
import type { WriteLeaf } from './leaves.ts';
import type { Path } from './path.ts';
import type { Selecting } from './select.ts';

/** The JSON text of a value; null where it has none, which is the JSON null where that may stand. */
export type Completed = string | null | Promise<string | null>;

/** Makes the text of what a resolver gave. @throws what is wrong with it; what it gives may reject with that. */
export type Complete = (execution: Execution, field: FieldPlan, path: Path | undefined, value: unknown) => Completed;

/** How a field of an object is answered. */
export type FieldPlan = {
  /** Counted through the whole plan. */
  index: number;
  /** Its name in the answer. */
  name: string;
  /** What stands before its text: the name, and a comma where others come before. */
  head: string;
  definition: GraphQLField<unknown, unknown>;
  nodes: FieldNode[];
  parent: GraphQLObjectType;
  resolve: GraphQLField<unknown, unknown>['resolve'];
  /** Whether the resolver takes what only few of them ask for. */
  takesInfo: boolean;
  argumentsOf: (variables: Variables) => Arguments;
  /** Whether an error here is one of what it stands in. */
  isRequired: boolean;
  /** Whether something can stand below it. */
  isComposite: boolean;
  complete: Complete;
};

export type ObjectPlan = { readonly fields: readonly FieldPlan[] };

/** How an operation is answered, for given values of the variables in `@skip` and `@include`, whatever the others are. */
export type OperationPlan = Selecting & {
  operation: OperationDefinitionNode;
  root: ObjectPlan;
  /** How many fields it has by now. */
  size: number;
  leaves: Map<string, WriteLeaf>;
};

/** One request. */
export type Execution = {
  plan: OperationPlan;
  context: unknown;
  variables: Variables;
  /** Of the fields whose arguments are known by now, by their index: the same for each object of a list. */
  args: (Arguments | undefined)[];
  errors: CollectedErrors;
};
