import { listMetadataKeys } from '../domain/list-metadata-keys.ts';
import type { MetadataKeyRow } from '../storage/entries/metadata-keys.ts';
import { builder } from './builder.ts';
import { pageSize } from './connection.ts';
import { MetadataTypeRef } from './metadata-type.ts';

const MetadataKey = builder.objectRef<MetadataKeyRow>('MetadataKey').implement({
  description: 'A key in use.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Plain, without the name of a step.' }),
    types: t.field({
      type: [MetadataTypeRef],
      description: 'The types of the latest values under it, the most frequent first.',
      resolve: ({ types }) => types,
    }),
    runs: t.exposeInt('runs', { description: 'How many runs have it.' }),
    lastLoggedAt: t.expose('lastLoggedAt', {
      type: 'DateTime',
      description: 'When the most recent of the latest values was logged.',
    }),
  }),
});

builder.queryField('metadataKeys', (t) =>
  t.field({
    type: [MetadataKey],
    description:
      'The keys in use, by key, with what was logged under them: what a dashboard offers as columns and filters. Told from the latest value of each run.',
    args: {
      pipeline: t.arg.string({ description: 'Only runs of this pipeline.' }),
      prefix: t.arg.string({ description: 'What the key begins with.' }),
      first: t.arg.int({ defaultValue: 100, description: '0 to 200.' }),
    },
    resolve: (_root, { pipeline, prefix, first }, { db }) =>
      listMetadataKeys(db, { pipeline, prefix, take: pageSize(first, 100) }),
  }),
);
