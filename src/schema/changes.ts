import { followRun } from '../domain/follow-changes.ts';
import { builder } from './builder.ts';
import { MetadataEntryRef } from './metadata-entry.ts';

builder.subscriptionType({ description: 'Over server-sent events: Accept: text/event-stream.' });

builder.subscriptionField('metadataLogged', (t) =>
  t.field({
    type: MetadataEntryRef,
    description:
      'Every entry logged to the run or its steps from now on, each once, in order of id; with `after`, first those that were logged since that entry: a reader that reconnects with the last id it saw misses none. Retracted entries are left out. Completes when the run is deleted. Errors: BAD_USER_INPUT (`after` is not the id of an entry), NOT_FOUND, AMBIGUOUS.',
    args: {
      ref: t.arg.string({ required: true, description: 'The run: id, name, or a prefix of one.' }),
      keys: t.arg.stringList({ description: 'Only these, plain or qualified; an empty list gives nothing.' }),
      after: t.arg.id({ description: 'The id of the last entry seen.' }),
    },
    subscribe: (_root, args, { db, ended }) => followRun(db, args, ended),
    resolve: (entry) => entry,
  }),
);
