import { listMetadataKeys } from '../domain/list-metadata-keys.ts';
import type { MetadataKeyRow } from '../storage/counts/keys.ts';
import { builder } from './builder.ts';
import { decodeCursor, encodeCursor, pageSize } from './connection.ts';
import { MetadataTypeRef } from './metadata-type.ts';
import { reads } from './scopes.ts';

const MetadataKey = builder.objectRef<MetadataKeyRow>('MetadataKey').implement({
  description: 'A key in use.',
  fields: (t) => ({
    key: t.exposeString('key', {
      description: 'Plain; with `qualified`, `step_name::key` where a step logged it.',
    }),
    cursor: t.string({ description: 'What `after` takes.', resolve: ({ key }) => encodeCursor('keys', key) }),
    types: t.field({
      type: [MetadataTypeRef],
      description: 'The types of the latest values under it, the most frequent first.',
      resolve: ({ types }) => types,
    }),
    runs: t.exposeInt('runs', { description: 'How many runs have it.' }),
    lastLoggedAt: t.expose('lastLoggedAt', {
      type: 'DateTime',
      description: 'When the most recent of the latest values was logged; what is taken back since may be counted in.',
    }),
  }),
});

builder.queryField('metadataKeys', (t) =>
  t.field({
    ...reads,
    type: [MetadataKey],
    description:
      'The keys in use, by key, with what was logged under them: what a dashboard offers as columns and filters. Told from the latest value of each run, by counters that may lag some seconds behind writers.',
    args: {
      pipeline: t.arg.string({ description: 'Only runs of this pipeline.' }),
      prefix: t.arg.string({ description: 'What the key begins with.' }),
      first: t.arg.int({ defaultValue: 100, description: '0 to 200.' }),
      after: t.arg.string({ description: 'The cursor of the last key seen.' }),
      qualified: t.arg.boolean({ defaultValue: false, description: 'Of each step apart: `step_name::key`.' }),
    },
    resolve: (_root, { pipeline, prefix, first, after, qualified }, { primary }) => {
      const position = decodeCursor('keys', after, ([key]) =>
        typeof key === 'string' && !key.includes('\0') ? [key] : null,
      );
      return listMetadataKeys(primary, {
        pipeline,
        prefix,
        qualified: qualified ?? false,
        after: position?.[0] ?? null,
        take: pageSize(first, 100),
      });
    },
  }),
);
