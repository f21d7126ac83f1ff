import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLObjectType,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { fragmentsOf } from '../definitions.ts';
import type { Variables } from './arguments.ts';
import { compileObject } from './compile.ts';
import { isCovered, isIntrospection } from './coverage.ts';
import { executePlan } from './execute.ts';
import type { OperationPlan } from './plan.ts';
import { conditionsOf, type Selecting } from './select.ts';
import { compileVariables } from './variables.ts';

/** Plans of one operation are kept for so many sets of values of the variables in `@skip` and `@include`. */
const maxPlans = 16;
/** A plan that has grown larger than this is let go, and not made again: it costs more memory than it is worth. */
const maxFields = 5_000;

/** What is known of an operation of a document. */
type Known = {
  operation: OperationDefinitionNode;
  root: GraphQLObjectType;
  fragments: Selecting['fragments'];
  coerce: ReturnType<typeof compileVariables>;
  conditions: string[];
  /** By the values of the conditions; null where none is made. */
  plans: Map<string, OperationPlan | null>;
};

/** Executes by plans; undefined where graphql-js has to do it. */
export type ExecutePlanned = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult> | undefined;

/**
 * Executes queries and mutations by plans of them, which are kept as long as their documents. What comes out is a result
 * whose data is its JSON text. Introspection is left to graphql-js, as is whatever `isCovered` says.
 */
export function createPlans(schema: GraphQLSchema): ExecutePlanned {
  const ofDocuments = new WeakMap<DocumentNode, Map<string | null, Known | null>>();
  const roots = new Map(
    [schema.getQueryType(), schema.getMutationType()].map((type) => [type, type ? isCovered(type) : false]),
  );

  return ({ document, operationName = null, variableValues, contextValue }) => {
    let byName = ofDocuments.get(document);
    if (!byName) {
      byName = new Map();
      ofDocuments.set(document, byName);
    }
    const found = byName.get(operationName);
    const known = found === undefined ? prepare(document, operationName) : found;
    if (found === undefined) byName.set(operationName, known);
    if (!known) return undefined;
    const { coerced, errors } = known.coerce(variableValues ?? {});
    if (errors) return { errors };
    const plan = findPlan(known, coerced);
    return plan ? executePlan(plan, contextValue, coerced) : undefined;
  };

  function prepare(document: DocumentNode, name: string | null): Known | null {
    const operation = getOperationAST(document, name);
    const root = operation && schema.getRootType(operation.operation);
    if (!operation || !root || !roots.get(root)) return null;
    const fragments = Object.fromEntries(fragmentsOf(document));
    if (isIntrospection(operation, fragments)) return null;
    return {
      operation,
      root,
      fragments,
      coerce: compileVariables(schema, operation.variableDefinitions ?? []),
      conditions: conditionsOf(document, operation),
      plans: new Map(),
    };
  }

  function findPlan({ operation, root, fragments, conditions, plans }: Known, coerced: Variables) {
    const values = conditions.map((name) => coerced[name]);
    const key = values.join();
    const known = plans.get(key);
    if (known && known.size > maxFields) plans.set(key, null);
    if (known !== undefined) return known;
    // What is no condition has an error of its own, at a place that graphql-js knows.
    if (plans.size >= maxPlans || !values.every((value) => typeof value === 'boolean')) return null;
    const plan: OperationPlan = {
      schema,
      operation,
      fragments,
      conditions: Object.fromEntries(conditions.map((name, index) => [name, values[index]])),
      root: { fields: [] },
      size: 0,
      leaves: new Map(),
    };
    plan.root = compileObject(plan, root, [operation]);
    plans.set(key, plan);
    return plan;
  }
}
