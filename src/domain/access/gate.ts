import { unavailable } from '../../errors.ts';
import type { ApiKeyRow } from '../../storage/api-keys/keys.ts';
import type { Reader } from '../../storage/postgres/database.ts';
import { classifyFailure } from '../../storage/postgres/failures.ts';
import type { Sight } from '../../storage/sight.ts';
import { anonymous, type Caller, sightOfPipelines } from '../caller.ts';
import { findOpenRun } from './find-open-run.ts';
import { hashKey, isSameKey } from './key-format.ts';
import { findKey, freshen, hasKeys, lookForKey, noteUse } from './key-ring.ts';
import { refusals } from './refusals.ts';
import { verifyToken } from './run-token.ts';
import { mayBeStored, readShown, type Shown } from './shown.ts';

/** What a request shows: the header Authorization, and where it comes from; and what its connection has shown before. */
type Credentials = { authorization: string | undefined; address: string; memory?: Memory };

/**
 * The key that was last shown on a connection, once it was found to be good: as long as it shows the same text, and the same key
 * is stored, its checksum and hash are not worked out again. Nothing is learnt from how long that takes but what the same
 * connection has sent.
 */
export type Memory = { authorization?: string; of?: 'operator' | Pick<ApiKeyRow, 'id' | 'secretHash'> };

export type GateOptions = {
  /** Whether whoever shows nothing may do everything: always, as long as there is no key, or never. */
  anonymous: 'always' | 'untilKeys' | 'never';
  /** A key of the operator's that is in no database. */
  adminKey?: string | undefined;
  /** Tells who bears a JWT, of which it has checked everything; null where it is no good one. */
  verifyJwt?: ((token: string) => Promise<Caller | null>) | undefined;
};

/** Tells who asks, once for each request, and whether they may still. */
export type Gate = {
  /** Resolves once it is known which keys there are: from then on the gate works without the database. */
  ready(): Promise<void>;
  /** @throws UNAUTHENTICATED without good credentials, where they are needed. */
  identify(credentials: Credentials): Caller | Promise<Caller>;
  /** Whether a caller of some time ago would still be let in. */
  isStillGood(caller: Caller): Promise<boolean>;
};

export function createGate(db: Reader, options: GateOptions): Gate {
  const adminHash = options.adminKey === undefined ? null : hashKey(options.adminKey);
  const isOpen = () =>
    options.anonymous === 'always' ||
    (options.anonymous === 'untilKeys' && adminHash === null && !options.verifyJwt && !hasKeys(db));

  function settle(credentials: Credentials, read: Shown | null): Caller | Promise<Caller> {
    const { authorization, address, memory = {} } = credentials;
    const known = isRemembered(credentials) ? recall(memory.of!) : null;
    if (known) return known;
    const shown = read ?? readShown(authorization);
    const { token } = shown;
    if (token === null) return admit(shown.form);
    if (shown.form === 'runToken') return bearerOfToken(db, token).then((caller) => caller ?? admit('token'));
    if (adminHash && isSameKey(token, adminHash)) {
      Object.assign(memory, { authorization, of: 'operator' });
      return operator;
    }
    if (shown.form === 'key') {
      const { id } = shown;
      if (id === null) return admit('malformed');
      const key = findKey(db, id);
      if (key) {
        const caller = bearerOfKey(key, token);
        if (caller) Object.assign(memory, { authorization, of: key });
        return caller ?? admit('key');
      }
      return lookForKey(db, id, address).then((found) => (found && bearerOfKey(found, token)) ?? admit('key'), fail);
    }
    if (!options.verifyJwt) return admit('malformed');
    return options.verifyJwt(token).then((caller) => caller ?? admit('jwt'));
  }

  function recall(of: NonNullable<Memory['of']>): Caller | null {
    if (of === 'operator') return operator;
    const key = findKey(db, of.id);
    if (!key || !isValid(key) || (key !== of && Buffer.compare(key.secretHash, of.secretHash) !== 0)) return null;
    noteUse(db, key.id);
    return callerOf(key);
  }

  /** Where nothing is asked for, what is shown does not matter. */
  function admit(problem: keyof typeof refusals): Caller {
    if (isOpen()) return anonymous;
    throw refusals[problem];
  }

  function bearerOfKey(key: ApiKeyRow, token: string): Caller | null {
    if (!isSameKey(token, key.secretHash) || !isValid(key)) return null;
    noteUse(db, key.id);
    return callerOf(key);
  }

  return {
    async ready() {
      await freshen(db);
    },
    identify(credentials) {
      const shown = isRemembered(credentials) ? null : readShown(credentials.authorization);
      // Where something has to be shown, the database is not asked about what it cannot know.
      const wait = shown === null || isOpen() || mayBeStored(shown) ? freshen(db) : null;
      return wait ? wait.then(() => settle(credentials, shown), fail) : settle(credentials, shown);
    },
    async isStillGood(caller) {
      if (caller.expiresAt !== null && caller.expiresAt <= Date.now()) return false;
      await freshen(db);
      if (caller.kind === 'anonymous') return isOpen();
      if (caller.kind === 'token')
        return caller.sight.of === 'run' && (await findOpenRun(db, caller.sight.runId)) !== null;
      if (caller.keyId === null) return true;
      const key = findKey(db, caller.keyId);
      return key !== null && isValid(key);
    },
  };
}

/** Whether the connection has shown just this before, and it was good then. */
function isRemembered({ authorization, memory }: Credentials): boolean {
  return memory?.of !== undefined && memory.authorization === authorization;
}

/** Where nothing was ever known of keys, it is not known who asks. */
function fail(cause: unknown): never {
  if (classifyFailure(cause) === 'other') throw cause;
  throw unavailable('The database is away, so it is not known who asks. Nothing was done; try again.', { cause });
}

function isValid({ revokedAt, expiresAt }: ApiKeyRow): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now());
}

const operator: Caller = {
  ...anonymous,
  kind: 'key',
  name: 'RUNLEDGER_ADMIN_KEY',
  scopes: new Set(['ADMIN']),
};

const callers = new WeakMap<ApiKeyRow, Caller>();

function callerOf(key: ApiKeyRow): Caller {
  let caller = callers.get(key);
  if (!caller) {
    caller = {
      kind: 'key',
      name: key.name,
      scopes: new Set(key.scopes),
      sight: sightOfPipelines(key.pipelines),
      pipelines: key.pipelines,
      keyId: key.id,
      expiresAt: key.expiresAt?.getTime() ?? null,
    };
    callers.set(key, caller);
  }
  return caller;
}

async function bearerOfToken(db: Reader, token: string): Promise<Caller | null> {
  const claims = await verifyToken(db, token);
  const run = claims && (await findOpenRun(db, claims.runId));
  if (!run) return null;
  const sight: Sight = { of: 'run', runId: run.id, ...(claims.stepId === null ? {} : { stepId: claims.stepId }) };
  return {
    kind: 'token',
    name: `token of ${run.name}`,
    scopes: new Set(['READ', 'WRITE']),
    sight,
    pipelines: [run.pipeline],
    keyId: null,
    expiresAt: claims.expiresAt,
  };
}
