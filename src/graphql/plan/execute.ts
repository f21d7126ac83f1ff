import { rawJson } from '@runledger/client/json';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Variables } from './arguments.ts';
import { addError, collectErrors } from './collected-errors.ts';
import type { Execution, OperationPlan } from './plan.ts';
import { isPromise, runField, runFields } from './run-fields.ts';

/** Carries out a query or a mutation, with variables as their types have them. What goes wrong is in the result. */
export function executePlan(
  plan: OperationPlan,
  context: unknown,
  variables: Variables,
): ExecutionResult | Promise<ExecutionResult> {
  const args = new Array<undefined>(plan.size);
  const execution: Execution = { plan, context, variables, args, errors: collectErrors() };
  const failed = (error: unknown) => {
    addError(execution.errors, error as GraphQLError, undefined);
    return toResult(execution, null);
  };
  try {
    const text =
      plan.operation.operation === 'mutation'
        ? runInOrder(execution)
        : runFields(execution, plan.root, undefined, undefined);
    return isPromise(text) ? text.then((all) => toResult(execution, all), failed) : toResult(execution, text);
  } catch (error) {
    return failed(error);
  }
}

/** The root fields of a mutation, one after the other. */
async function runInOrder(execution: Execution): Promise<string> {
  let text = '{';
  for (const field of execution.plan.root.fields) {
    const completed = runField(execution, field, undefined, undefined);
    text += field.head + ((isPromise(completed) ? await completed : completed) ?? 'null');
  }
  return `${text}}`;
}

function toResult({ errors }: Execution, text: string | null): ExecutionResult {
  // The text stands for the data, which nobody looks at any more.
  const data = text === null ? null : (rawJson(text) as unknown as { [name: string]: unknown });
  return errors.list.length === 0 ? { data } : { errors: errors.list, data };
}
