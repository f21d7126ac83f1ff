import { rawJson } from '@runledger/client/json';
import { resolveHistoryScope } from '../domain/find-history-scope.ts';
import { displayValue, numberValue } from '../domain/value/display-value.ts';
import { type InnerValue, valueAt } from '../domain/value/value-at.ts';
import { countHistory, listHistory } from '../storage/entries/history.ts';
import { findRetraction, type RetractionRow } from '../storage/entries/retraction.ts';
import type { EntryRow } from '../storage/rows.ts';
import { builder } from './builder.ts';
import { asId, connectionOf, decodeCursor, encodeCursor, type Page, pageSize, toConnection } from './connection.ts';
import type { Context } from './context.ts';
import { MetadataTypeRef } from './metadata-type.ts';

const MetadataValue = builder.objectRef<InnerValue>('MetadataValue').implement({
  description: 'A JSON value inside another.',
  fields: (t) => ({
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value, to the last digit.',
      resolve: ({ text }) => rawJson(text),
    }),
    type: t.field({ type: MetadataTypeRef, description: 'What its JSON is.', resolve: ({ type }) => type }),
    number: t.float({
      nullable: true,
      description: 'The value as a number, when it is one and a Float can hold it.',
      resolve: ({ type, text }) => numberValue(type, text),
    }),
    display: t.string({
      description: 'The value as a person would write it.',
      resolve: ({ type, text }) => displayValue(type, text),
    }),
  }),
});

const Retraction = builder.objectRef<RetractionRow>('Retraction').implement({
  description: 'That an entry was taken back.',
  fields: (t) => ({
    reason: t.exposeString('reason', { description: 'Why, as was said then.' }),
    retractedAt: t.expose('retractedAt', { type: 'DateTime' }),
  }),
});

export const MetadataEntryRef = builder.objectRef<EntryRow>('MetadataEntry');

MetadataEntryRef.implement({
  description: 'One value that was logged under one key at one moment. Entries are never changed.',
  fields: (t) => ({
    id: t.id({
      description: 'Grows with every entry: of two entries under one key, the one with the greater id is the later.',
      resolve: ({ id }) => String(id),
    }),
    key: t.exposeString('key', { description: 'The key as it was logged, in Unicode normal form C.' }),
    value: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The value, to the last digit. Null where null was logged, and in an entry that was retracted.',
      resolve: ({ text }) => (text === null ? null : rawJson(text)),
    }),
    type: t.field({
      type: MetadataTypeRef,
      description: 'What the value is, as the writer said or as its JSON tells.',
      resolve: ({ type }) => type,
    }),
    number: t.float({
      nullable: true,
      description: 'The value as a number, when its type is INT, FLOAT or STORAGE_SIZE and a Float can hold it.',
      resolve: ({ type, text }) => (text === null ? null : numberValue(type, text)),
    }),
    display: t.string({
      description: 'The value as a person would write it: `1.5 GiB`, `0.913`, `s3://bucket/model`.',
      resolve: ({ type, text }) => (text === null ? 'retracted' : displayValue(type, text)),
    }),
    iteration: t.expose('iteration', {
      type: 'Long',
      nullable: true,
      description:
        'What the writer counted along with it: an epoch, a batch. For plots; it does not decide which entry is latest.',
    }),
    loggedAt: t.expose('loggedAt', {
      type: 'DateTime',
      description: "When it was logged, by the writer's clock where it gave one, else by the server's.",
    }),
    at: t.field({
      type: MetadataValue,
      nullable: true,
      description:
        'What stands at a path inside a DICT, LIST, SET or TUPLE; null when nothing does, or the value is none of these.',
      args: { path: t.arg.stringList({ required: true, description: '`["f1"]`, `["classes", "0"]`.' }) },
      resolve: ({ text }, { path }) => (text === null ? null : valueAt(text, path)),
    }),
    retraction: t.field({
      type: Retraction,
      nullable: true,
      description: 'Null unless it was taken back.',
      resolve: (entry, _args, { db }) => (entry.text === null ? findRetraction(db, entry) : null),
    }),
  }),
});

const MetadataEntryConnection = connectionOf(MetadataEntryRef, 'MetadataEntry', 'A page of entries.');

/** The field that pages through all entries under a key of a run or a step. */
export const historyField = {
  type: MetadataEntryConnection,
  description: 'All entries under a key, newest first. Retracted ones are left out unless they are asked for.',
};

/** A page of history, newest first. @throws BAD_USER_INPUT for a bad `first` or `after`. */
export async function resolveHistory(
  { db }: Context,
  owner: { runId: string; stepId: string | null },
  args: {
    key: string;
    first?: number | null | undefined;
    after?: string | null | undefined;
    includeRetracted?: boolean | null | undefined;
  },
): Promise<Page<EntryRow>> {
  const size = pageSize(args.first, 50);
  const cursor = decodeCursor('history', args.after, ([id]) => {
    const before = asId(id);
    return before === null ? null : [before];
  });
  const scope = await resolveHistoryScope(db, owner, args.key);
  const includeRetracted = args.includeRetracted ?? false;
  const rows = scope
    ? await listHistory(db, { ...scope, includeRetracted, before: cursor?.[0] ?? null, take: size + 1 })
    : [];
  return toConnection(
    rows,
    size,
    args.after,
    (entry) => encodeCursor('history', entry.id),
    async () => (scope ? countHistory(db, { ...scope, includeRetracted }) : 0),
  );
}
