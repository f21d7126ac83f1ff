import { isAsyncIterable } from '@envelop/core';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { RunledgerError } from '../errors.ts';
import type { RequestNote } from '../measure/request.ts';
import type { Database } from '../storage/postgres/database.ts';
import { classifyFailure, isCancelled, TooDearError } from '../storage/postgres/failures.ts';
import type { Replica, Replicas } from '../storage/postgres/replicas.ts';
import { isWalPosition, newestPosition, readPosition } from '../storage/postgres/wal-position.ts';
import type { Result } from './engine.ts';
import { rootOf } from './finish.ts';
import { latestPosition } from './position.ts';

/** A position that is not there by then is not waited for: the write is done, and its caller wants to know. */
const positionTimeoutMs = 500;

/** Decides which database an operation goes to, and tells callers how far they have to see. */
export type Reading = {
  /** Carries a query out on a replica that is far enough, or else on the primary; once more there where the replica fails. */
  query(note: RequestNote, carryOut: (db: Database) => Promise<Result>): Promise<Result>;
  /** What a caller that has just written must see from now on; null where there are no replicas. */
  afterWrite(): Promise<string | null>;
  /** The same as part of the result, for where there is no header. */
  withPositionAfterWrite(result: ExecutionResult): Promise<ExecutionResult>;
  /** An event with how far its reader must see from now on, to find what it was told of. */
  withPosition(result: ExecutionResult): ExecutionResult;
};

export function createReading(primary: Database, replicas: Replicas | undefined): Reading {
  if (!replicas) {
    return {
      query: (_note, carryOut) => carryOut(primary),
      afterWrite: async () => null,
      withPositionAfterWrite: async (result) => result,
      withPosition: (result) => result,
    };
  }
  const afterWrite = () =>
    Promise.race([
      readPosition(primary).catch(() => latestPosition),
      new Promise<string>((resolve) => {
        setTimeout(resolve, positionTimeoutMs, latestPosition).unref();
      }),
    ]);
  return {
    async query({ asOf }, carryOut) {
      // Whoever sends something else than a position of ours does not know how far it must see.
      const anyReplica = asOf === null || isWalPosition(asOf);
      const replica = anyReplica ? replicas.choose(asOf) : null;
      if (!replica) return carryOut(primary);
      const result = await readOn(replica, carryOut);
      if (result) return result;
      replica.redone += 1;
      return carryOut(primary);
    },
    afterWrite,
    withPositionAfterWrite: async (result) => extend(result, await afterWrite()),
    withPosition: (result) => extend(result, newestPosition(primary)),
  };
}

function extend(result: ExecutionResult, position: string | null): ExecutionResult {
  return position === null ? result : { ...result, extensions: { ...result.extensions, position } };
}

/** Null where the replica has failed, or is found dead meanwhile: then the query is to be asked elsewhere. */
async function readOn(replica: Replica, carryOut: (db: Database) => Promise<Result>): Promise<Result | null> {
  const { lost } = replica;
  let onLost = () => {};
  const dead = new Promise<null>((resolve) => {
    onLost = () => resolve(null);
    lost.addEventListener('abort', onLost, { once: true });
  });
  try {
    const result = await Promise.race([carryOut(replica.db), dead]);
    if (result === null || isAsyncIterable(result)) return result;
    const failure = result.errors?.map(rootOf).find(isOfDatabase);
    if (failure === undefined) return result;
    if (['unavailable', 'unknown'].includes(classifyFailure(failure))) replica.suspect(failure);
    return null;
  } finally {
    lost.removeEventListener('abort', onLost);
  }
}

/**
 * Whether a failure is the database's, of whatever kind: a replica that has not come to a migration yet knows no new column. A
 * statement that takes too long there would take as long elsewhere.
 */
function isOfDatabase(error: unknown): boolean {
  return !(
    error instanceof GraphQLError ||
    error instanceof RunledgerError ||
    error instanceof TooDearError ||
    isCancelled(error)
  );
}
