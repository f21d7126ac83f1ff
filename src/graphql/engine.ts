// Of Yoga only the engine is loaded: all of it takes as long to load as half of the service.
import { envelop, isAsyncIterable, mapAsyncIterator } from '@envelop/core';
import { type ExecutionArgs, type ExecutionResult, execute, type GraphQLSchema, subscribe } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../schema/context.ts';
import type { GraphQLParams } from './params.ts';
import { createPlans } from './plan/operations.ts';

export type Result = ExecutionResult | AsyncIterable<ExecutionResult>;

/** What carries out an operation, with whoever looks on. */
export type Engine = {
  /** Data may be its JSON text (`RawJson`), ready to be sent, where nobody looks on. */
  execute(args: ExecutionArgs): Result | Promise<Result>;
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
 * graphql-js, whose semantics are the specification's, and plans that do what it does in less time (`plan/`); with Yoga's hooks
 * around it where somebody looks on. They are Yoga's own (`envelop`); all of `getResultForParams` would take the smallest
 * requests 5 µs of CPU, a twelfth.
 */
export function createEngine(schema: GraphQLSchema, observers: Observer[]): Engine {
  if (observers.length === 0) {
    const executePlanned = createPlans(schema);
    return {
      execute: (args) => executePlanned(args) ?? execute(args),
      subscribe,
      show: async (result) => result,
    };
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
  return {
    // Who looks on is shown objects, as graphql-js makes them.
    execute: (args) => engineOf(args).execute(args) as Promise<Result>,
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
