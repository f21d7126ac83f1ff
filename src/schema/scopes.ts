import { type GraphQLField, GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { type Caller, hasScope, type Scope } from '../domain/caller.ts';
import { forbidden } from '../errors.ts';
import type { Context } from './context.ts';

/** What a root field says about who may ask for it, in its `extensions`. */
type Rule = {
  scope: Scope;
  /** A run token too, for its run. */
  byToken: boolean;
  /** Only who sees every pipeline: a key for some could else make one for all. */
  ofAll?: boolean;
};

/** For a field that READ may ask for; a run token too, of its run. */
export const reads = { extensions: { scope: 'READ', byToken: true } satisfies Rule };
/** For a field that WRITE may ask for, and no run token. */
export const writes = { extensions: { scope: 'WRITE', byToken: false } satisfies Rule };
/** For a field that WRITE may ask for, and a run token too, for its run. */
export const writesToRun = { extensions: { scope: 'WRITE', byToken: true } satisfies Rule };
/** For a field that only ADMIN may ask for, and only one who sees every pipeline. */
export const administersAll = { extensions: { scope: 'ADMIN', byToken: false, ofAll: true } satisfies Rule };
/** For a field that only ADMIN may ask for. */
export const administers = { extensions: { scope: 'ADMIN', byToken: false } satisfies Rule };

/**
 * Every root field asks first whether the caller may. What lies below needs no scope: it is reached through a root field only,
 * and what is out of the caller's sight does not exist there.
 * @throws Error where a root field does not say who may ask for it: nobody by default, and the build fails.
 */
export function withScopes(schema: GraphQLSchema): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
    if (!(type instanceof GraphQLObjectType)) continue;
    for (const field of Object.values(type.getFields())) guard(`${type.name}.${field.name}`, field);
  }
  return schema;
}

function guard(name: string, field: GraphQLField<unknown, Context>): void {
  const { scope, byToken, ofAll = false } = field.extensions as Partial<Rule>;
  if (scope === undefined || byToken === undefined)
    throw new Error(`${name} does not say who may ask for it: spread one of schema/scopes.ts into its options.`);
  const rule = { scope, byToken, ofAll };
  const { subscribe, resolve } = field;
  // Of a subscription the stream is guarded; its events are resolved without asking again.
  if (subscribe) {
    field.subscribe = (root, args, context, info) => {
      check(name, rule, context.caller);
      return subscribe(root, args, context, info);
    };
  } else if (resolve) {
    field.resolve = (root, args, context, info) => {
      check(name, rule, context.caller);
      return resolve(root, args, context, info);
    };
  }
}

function check(name: string, { scope, byToken, ofAll }: Rule, caller: Caller): void {
  if (caller.kind === 'token' && !byToken)
    throw forbidden(`${name} is not for run tokens: they log to their run, start and end its steps, and read it.`);
  if (ofAll && hasScope(caller, scope) && caller.sight.of !== 'all')
    throw forbidden(`${name} is for administrators of all pipelines; ${caller.name} is one of some.`);
  if (hasScope(caller, scope)) return;
  throw forbidden(
    `${name} needs the scope ${scope}; ${caller.name} has ${[...caller.scopes].join(', ')}. Ask an administrator for another key.`,
  );
}
