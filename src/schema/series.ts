import { readSeries } from '../domain/read-series.ts';
import type { SeriesPoint } from '../storage/entries/series.ts';
import { builder } from './builder.ts';

const MetadataPoint = builder.objectRef<SeriesPoint>('MetadataPoint').implement({
  description: 'A number as it was logged.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'The nearest double.' }),
    iteration: t.exposeInt('iteration', { nullable: true, description: 'What the writer counted along with it.' }),
    loggedAt: t.expose('loggedAt', { type: 'DateTime', description: 'When it was logged.' }),
  }),
});

const MetadataSeries = builder.objectRef<{ total: number; points: SeriesPoint[] }>('MetadataSeries').implement({
  description: 'The numbers under a key over time.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'How many numbers were logged under the key in all.' }),
    points: t.field({
      type: [MetadataPoint],
      description: 'Logged points in order: the first, the last, and those that keep the peaks and dips of the curve.',
      resolve: ({ points }) => points,
    }),
  }),
});

builder.prismaObjectField('Step', 'metadataSeries', (t) =>
  t.field({
    type: MetadataSeries,
    description:
      'The numbers under a key over time, thinned out to at most `maxPoints` without losing the shape of the curve. In order of the iteration where every entry has one, else of the time; what is not a number, or is too large for a Float, is left out.',
    args: {
      key: t.arg.string({ required: true }),
      maxPoints: t.arg.int({ defaultValue: 500, description: '2 to 10,000.' }),
    },
    resolve: (step, { key, maxPoints }, { db }) => readSeries(db, step, key, maxPoints),
  }),
);
