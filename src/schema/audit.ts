import { type AuditRow, countAuditEntries, listAuditEntries } from '../storage/audit/log.ts';
import { builder } from './builder.ts';
import { asId, connectionOf, decodeCursor, encodeCursor, pageSize, toConnection } from './connection.ts';
import { administersAll } from './scopes.ts';

const AuditEntry = builder.objectRef<AuditRow>('AuditEntry').implement({
  description: 'Who retracted, deleted, made or revoked something.',
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => String(id) }),
    at: t.expose('at', { type: 'DateTime', description: "By the database's clock." }),
    action: t.exposeString('action', {
      description: '`RETRACT`, `DELETE_RUN`, `CREATE_KEY`, `REVOKE_KEY`, `CREATE_RUN_TOKEN` or `PRUNE_HISTORY`.',
    }),
    caller: t.exposeString('caller', { description: 'The name of the key, or of the subject of a JWT.' }),
    keyId: t.exposeID('keyId', { nullable: true, description: 'Null where it was no key.' }),
    address: t.exposeString('address', { nullable: true, description: 'Where the request came from.' }),
    pipeline: t.exposeString('pipeline', { nullable: true }),
    runId: t.expose('runId', { type: 'UUID', nullable: true, description: 'The run may be gone.' }),
    subject: t.exposeString('subject', { description: 'What it was done to.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why, where that was asked.' }),
  }),
});

const AuditEntryConnection = connectionOf(AuditEntry, 'AuditEntry', 'A page of the audit log.');

builder.queryField('auditLog', (t) =>
  t.field({
    ...administersAll,
    type: AuditEntryConnection,
    description: 'Who retracted, deleted, made or revoked what, newest first. Scope ADMIN.',
    args: {
      first: t.arg.int({ defaultValue: 50, description: '0 to 200.' }),
      after: t.arg.string({ description: 'The cursor of the last entry seen.' }),
    },
    resolve: async (_root, { first, after }, { primary }) => {
      const size = pageSize(first, 50);
      const cursor = decodeCursor('audit', after, ([id]) => {
        const before = asId(id);
        return before === null ? null : [before];
      });
      const rows = await listAuditEntries(primary, { before: cursor?.[0] ?? null, take: size + 1 });
      return toConnection(
        rows,
        size,
        after,
        ({ id }) => encodeCursor('audit', id),
        () => countAuditEntries(primary),
      );
    },
  }),
);
