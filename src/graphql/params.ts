import { GraphQLError } from 'graphql';
import { parseJson } from '../json/parse.ts';
import { scanJson } from '../json/scan.ts';

/** What a GraphQL request asks for. */
export type GraphQLParams = {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
  extensions?: Record<string, unknown>;
};

/** A value may be 64 deep; what is around it is never this deep. What is deeper still would overflow the stack. */
const maxDepth = 256;

/**
 * Reads the body of a POST, exactly: integers that a double cannot hold become bigints.
 * @throws GraphQLError with HTTP status 400 for what is no JSON, or no GraphQL request.
 */
export function readGraphQLParams(body: string): GraphQLParams {
  const scan = scanJson(body);
  if (scan.depth > maxDepth) throw refused(`The body has more than ${maxDepth} lists and objects inside one another.`);
  let parsed: unknown;
  try {
    parsed = parseJson(body, scan);
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    throw refused(
      `The body is not JSON${at === undefined ? '' : ` (at character ${at})`}. Send an object with a "query".`,
    );
  }
  return checkGraphQLParams(parsed);
}

/** @throws GraphQLError with HTTP status 400 naming the part that is not as GraphQL over HTTP has it. */
function checkGraphQLParams(params: unknown): GraphQLParams {
  if (!isObject(params)) throw refused('The body must be a JSON object with a "query".');
  if (typeof params['query'] !== 'string' || params['query'] === '')
    throw refused('"query" must be a text with a GraphQL document.');
  const { operationName, variables, extensions } = params;
  if (operationName != null && typeof operationName !== 'string') throw refused('"operationName" must be a text.');
  if (variables != null && !isObject(variables)) throw refused('"variables" must be an object.');
  if (extensions != null && !isObject(extensions)) throw refused('"extensions" must be an object.');
  return {
    query: params['query'],
    ...(operationName == null ? {} : { operationName: operationName as string }),
    ...(variables == null ? {} : { variables: variables as Record<string, unknown> }),
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
