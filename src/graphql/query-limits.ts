import { GraphQLError } from 'graphql';

/** How large a query may be. Each is a setting; the defaults leave room for dashboards and GraphiQL's introspection. */
export type QueryLimits = {
  /** Bytes of the query text; default 65,536. */
  maxQueryBytes: number;
  /** Tokens of the query text; default 4,000. */
  maxTokens: number;
  /** Fields inside one another; default 16. */
  maxDepth: number;
  /** Aliases, of any field, counted wherever a fragment is used; default 100. */
  maxAliases: number;
  /** Directives, counted likewise; default 50. */
  maxDirectives: number;
  /** Objects that the pages asked for could hold together; default 100,000. */
  maxCost: number;
};

/** What holds where the operator says nothing else. */
export const defaultQueryLimits: QueryLimits = {
  maxQueryBytes: 65_536,
  maxTokens: 4_000,
  maxDepth: 16,
  maxAliases: 100,
  maxDirectives: 50,
  maxCost: 100_000,
};

/** A refusal that is a 400 whatever media type is accepted. */
export function overLimit(what: string, limit: number, advice: string): GraphQLError {
  return new GraphQLError(`The query has more than ${limit.toLocaleString('en')} ${what}. ${advice}`, {
    extensions: { code: 'BAD_USER_INPUT', limit, http: { status: 400 } },
  });
}
