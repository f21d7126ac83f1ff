import { type ExecutionResult, execute, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Context } from '../schema/context.ts';
import type { PreparedDocument } from './documents.ts';
import { correctAfterWrite } from './mask-error.ts';
import { readGraphQLParams } from './params.ts';
import type { CostCheck } from './query-limits.ts';

export type ExecutorOptions = {
  schema: GraphQLSchema;
  context: Context;
  prepareDocument: (text: string) => PreparedDocument;
  /** Throws where the operation asks for too much. */
  checkCost: CostCheck;
  mask: (error: unknown) => GraphQLError;
};

/**
 * Executes the body of a POST with graphql-js itself. A profile of Yoga's way showed more than half of a small request's
 * time in layers that a plain query or mutation has no use for.
 */
export function createExecutor({ schema, context, prepareDocument, checkCost, mask }: ExecutorOptions) {
  return async (body: string): Promise<ExecutionResult> => {
    try {
      const { query, operationName, variables } = readGraphQLParams(body);
      const { document, errors } = prepareDocument(query);
      if (errors) return { errors };
      const operation = getOperationAST(document, operationName);
      if (operation?.operation === 'subscription') throw notStreamed();
      checkCost({ document, operationName, variableValues: variables });
      const result = await execute({
        schema,
        document,
        operationName,
        variableValues: variables,
        contextValue: context,
      });
      if (!result.errors) return result;
      const shown = result.errors.map(mask);
      return { ...result, errors: operation?.operation === 'mutation' ? shown.map(correctAfterWrite) : shown };
    } catch (error) {
      return { errors: [mask(error)] };
    }
  };
}

const notStreamed = () =>
  new GraphQLError('A subscription is answered as a stream of events: send "Accept: text/event-stream".', {
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
