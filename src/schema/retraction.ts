import { retractMetadata } from '../domain/retract-metadata.ts';
import type { EntryRow } from '../storage/rows.ts';
import { builder } from './builder.ts';
import { actorOf } from './context.ts';
import { MetadataEntryRef } from './metadata-entry.ts';
import { administers } from './scopes.ts';
import { asWrite } from './write.ts';

const RetractMetadataPayload = builder.objectRef<{ latest: EntryRow | null }>('RetractMetadataPayload').implement({
  description: 'What stands after an entry was taken back.',
  fields: (t) => ({
    latest: t.field({
      type: MetadataEntryRef,
      nullable: true,
      description: 'What is latest now under the key, of the same step or run; null when nothing is left.',
      resolve: ({ latest }) => latest,
    }),
  }),
});

builder.mutationFields((t) => ({
  retractMetadata: t.field({
    ...administers,
    type: RetractMetadataPayload,
    description:
      'Takes an entry back: its value is erased, it no longer counts as latest and leaves history, with the reason kept for the audit. Twice changes nothing. Errors: BAD_USER_INPUT, NOT_FOUND.',
    args: {
      entryId: t.arg.id({ required: true }),
      reason: t.arg.string({ required: true, description: 'Why: 1 to 1,000 characters.' }),
    },
    resolve: async (_root, { entryId, reason }, context) => ({
      latest: await asWrite(retractMetadata(context.db, actorOf(context), entryId, reason)),
    }),
  }),
}));
