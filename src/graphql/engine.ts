import { type ExecutionArgs, type ExecutionResult, execute, type GraphQLSchema, subscribe } from 'graphql';
import { envelop, isAsyncIterable, mapAsyncIterator, type Plugin } from 'graphql-yoga';
import type { Context } from '../schema/context.ts';
import type { GraphQLParams } from './params.ts';
import { createPlans } from './plan/operations.ts';

export type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

/** What carries out an operation, with whoever looks on. */
export type Engine = {
  execute(args: ExecutionArgs): Result | Promise<Result>;
  /** The same where all that is wanted is a text: the data may be its JSON, ready to be sent. */
  write(args: ExecutionArgs): Result | Promise<Result>;
  subscribe(args: ExecutionArgs): Result | Promise<Result>;
  /** Shows a finished result to those who look on. */
  show(result: Result, params: GraphQLParams, context: Context): Promise<Result>;
};

/**
 * A plugin of Yoga, of which these hooks see every request: `onExecute`, `onSubscribe` (and what they return), and
 * `onExecutionResult`, which sees results as callers do.
 */
export type Observer = Pick<Plugin, 'onExecute' | 'onSubscribe' | 'onExecutionResult'>;

/**
 * graphql-js, whose semantics are the specification's, and the plans that do what it does in less time (`plan/`); with Yoga's
 * hooks around it. They are Yoga's own (`envelop`), and cost nothing where nobody looks on; all of `getResultForParams` would take the smallest requests 5 µs of CPU, a twelfth.
 */
export function createEngine(schema: GraphQLSchema, observers: Observer[]): Engine {
  if (observers.length === 0) {
    const executePlanned = createPlans(schema);
    const write = (args: ExecutionArgs) => executePlanned(args) ?? execute(args);
    return { execute, write, subscribe, show: async (result) => result };
  }
  const enveloped = envelop({
    plugins: [
      { onPluginInit: ({ setSchema }) => setSchema(schema) },
      { onExecute: ({ setExecuteFn }) => setExecuteFn(execute as never) },
      { onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe as never) },
      ...(observers as Plugin[]),
    ],
  });
  const hooks = observers.flatMap(({ onExecutionResult }) => onExecutionResult ?? []);
  const engineOf = ({ contextValue }: ExecutionArgs) => enveloped(contextValue as object);
  // Who looks on is shown objects, as graphql-js makes them.
  const observed = (args: ExecutionArgs) => engineOf(args).execute(args) as Promise<Result>;
  return {
    execute: observed,
    write: observed,
    subscribe: (args) => engineOf(args).subscribe(args) as Promise<Result>,
    async show(result, params, context) {
      let shown = result;
      for (const hook of hooks) {
        await hook({
          result: shown as never,
          setResult: (changed) => {
            shown = changed as Result;
          },
          request: undefined as never,
          context: Object.assign(context, { params }) as never,
        });
      }
      return shown;
    },
  };
}

/** The result, or each result of a stream, as `map` makes it; what goes wrong in a stream becomes a result too. */
export function mapResult(
  result: Result,
  map: (result: ExecutionResult) => ExecutionResult,
  onError: (error: unknown) => ExecutionResult,
): Result {
  return isAsyncIterable<ExecutionResult>(result) ? mapAsyncIterator(result, map, onError) : map(result);
}
