import { parseJson, scanJson } from '@runledger/client/json';
import { GraphQLError } from 'graphql';

/** What a GraphQL request asks for. */
export type GraphQLParams = {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
};

/** A value may be 64 deep, and what is around it never is this deep. Deeper nesting would overflow the stack. */
const maxDepth = 256;

/**
 * Reads the body of a POST, exactly: integers that a double cannot hold become bigints, and
 * `1.0` stays a number with a fraction.
 * @throws GraphQLError with HTTP status 400 for what is not JSON, or not a GraphQL request.
 */
export function readBody(body: string): GraphQLParams {
  return checkParams(readJson(body, 'The body', 'Send an object with a "query".'));
}

/**
 * Reads the query of a GET, the part of its address behind the question mark, as exactly as a body.
 * @throws GraphQLError with HTTP status 400.
 */
export function readSearch(search: URLSearchParams): GraphQLParams {
  const [query, operationName, variables] = ['query', 'operationName', 'variables'].map((name) => search.get(name));
  if (!query) throw refused('The address has no "query". Add ?query=… with a GraphQL document, or send a POST.');
  const read = variables ? readJson(variables, '"variables" in the address', 'Send an object.') : null;
  return checkParams({ query, operationName: operationName || null, variables: read });
}

function readJson(text: string, what: string, advice: string): unknown {
  const scan = scanJson(text);
  if (scan.depth > maxDepth) throw refused(`${what} has more than ${maxDepth} lists and objects inside one another.`);
  try {
    return parseJson(text, { scan, keepFloats: true });
  } catch (error) {
    const at = /position (\d+)/.exec((error as Error).message)?.[1];
    throw refused(`${what} is not JSON${at === undefined ? '' : ` (at character ${at})`}. ${advice}`);
  }
}

/** @throws GraphQLError with HTTP status 400 naming the part that is not as GraphQL over HTTP has it. */
function checkParams(params: unknown): GraphQLParams {
  if (!isObject(params)) throw refused('The body must be a JSON object with a "query".');
  const { query, operationName, variables, extensions } = params;
  if (typeof query !== 'string' || query === '') throw refused('"query" must be a string with a GraphQL document.');
  if (operationName != null && typeof operationName !== 'string') throw refused('"operationName" must be a string.');
  if (variables != null && !isObject(variables)) throw refused('"variables" must be an object.');
  if (extensions != null && !isObject(extensions)) throw refused('"extensions" must be an object.');
  return {
    query,
    ...(operationName == null ? {} : { operationName }),
    ...(variables == null ? {} : { variables }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
}
