import { type DocumentNode, GraphQLError, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { RequestNote } from '../measure/request.ts';
import type { PreparedDocument } from './documents.ts';

/** By what way a request came, as far as it says which operations it may carry. */
export type Way = {
  /** Whether the answer may be a stream of events, without which nothing can be subscribed to. */
  takesEvents: boolean;
  /** Came by GET, which must not change anything. */
  byGet: boolean;
};

/** Why a request is not executed: all of it at once. */
export class RefusedError extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super('The request was refused before it was executed.');
    this.name = 'RefusedError';
    this.errors = errors;
  }
}

/**
 * The operation that is asked for, of a document that may not have been validated; it is noted, unless it proves not to be valid.
 * @throws RefusedError for what is no document, or an operation that may not come this way.
 */
export function chooseOperation(
  prepared: PreparedDocument,
  name: string | undefined,
  { takesEvents, byGet }: Way,
  note: Pick<RequestNote, 'operation' | 'operationName'>,
): { document: DocumentNode; operation: OperationDefinitionNode; requireValid: () => void } {
  const { document, errors } = prepared;
  if (errors) throw new RefusedError(errors);
  const requireValid = () => {
    const found = prepared.validate();
    if (!found) return;
    note.operation = 'none';
    note.operationName = name ?? null;
    throw new RefusedError(found);
  };
  const refuse = (error: GraphQLError): never => {
    requireValid();
    throw new RefusedError([error]);
  };
  const operation = getOperationAST(document, name) ?? refuse(noOperation(name));
  if (operation.operation === 'subscription' && !takesEvents) refuse(notStreamed());
  if (operation.operation === 'mutation' && byGet) refuse(notByGet());
  note.operation = operation.operation;
  note.operationName = operation.name?.value ?? null;
  return { document, operation, requireValid };
}

function noOperation(name: string | undefined): GraphQLError {
  return badRequest(
    name === undefined
      ? 'The document has several operations, or none. Send one, or say which is meant as "operationName".'
      : `The document has no operation named ${JSON.stringify(name.slice(0, 60))}. Give the name of one that it has as "operationName".`,
    400,
  );
}

function notStreamed(): GraphQLError {
  return badRequest('A subscription is answered as a stream of events: send "Accept: text/event-stream".', 400);
}

function notByGet(): GraphQLError {
  return badRequest('A mutation is not carried out by GET. Send it as a POST.', 405, { allow: 'POST' });
}

function badRequest(message: string, status: number, headers: Record<string, string> = {}): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status, headers } } });
}
