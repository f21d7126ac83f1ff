import { readSeries, readStepSeries, type Series } from '../domain/read-series.ts';
import type { SeriesPoint } from '../storage/entries/series.ts';
import { builder } from './builder.ts';
import { PipelineRunRef, requireOwner } from './pipeline-run.ts';
import { reads } from './scopes.ts';
import { StepRef } from './step.ts';

const SeriesAxis = builder.enumType('SeriesAxis', {
  description: 'What the points of a series are ordered by.',
  values: {
    AUTO: { description: 'The iteration where every entry has one, else the time.' },
    ITERATION: { description: 'The iteration; entries without one are left out.' },
    LOGGED_AT: { description: 'The time, in milliseconds since 1970, UTC.' },
  } as const,
});

const MetadataPoint = builder.objectRef<SeriesPoint>('MetadataPoint').implement({
  description: 'A number as it was logged.',
  fields: (t) => ({
    value: t.exposeFloat('value', { description: 'The nearest double.' }),
    iteration: t.expose('iteration', {
      type: 'Long',
      nullable: true,
      description: 'What the writer counted along with it.',
    }),
    loggedAt: t.expose('loggedAt', { type: 'DateTime', description: 'When it was logged.' }),
  }),
});

const MetadataSeries = builder.objectRef<Series>('MetadataSeries').implement({
  description: 'The numbers under a key over time.',
  fields: (t) => ({
    run: t.field({
      type: PipelineRunRef,
      description: 'The run whose numbers they are.',
      resolve: ({ run, runId }, _args, context) => run ?? requireOwner(context, runId),
    }),
    step: t.field({
      type: StepRef,
      nullable: true,
      description: 'Null where the key is one of the run as a whole.',
      resolve: ({ step }) => step,
    }),
    key: t.exposeString('key', { description: 'As it was asked for.' }),
    total: t.exposeInt('total', {
      description: 'How many numbers stand under the key within `from` and `to`.',
    }),
    min: t.exposeFloat('min', {
      nullable: true,
      description: 'The least of them all, not of the points that are left; null where there are none.',
    }),
    max: t.exposeFloat('max', { nullable: true, description: 'The greatest of them all.' }),
    points: t.field({
      type: [MetadataPoint],
      description: 'Logged points in order: the first, the last, and those that keep the peaks and dips of the curve.',
      resolve: ({ points }) => points,
    }),
  }),
});

const bounds = {
  from: 'Only points whose x, an iteration or milliseconds since 1970, is this or greater.',
  to: 'Only points whose x is this or less.',
};

builder.prismaObjectField('Step', 'metadataSeries', (t) =>
  t.field({
    type: MetadataSeries,
    description:
      'The numbers under a key over time, thinned out to at most `maxPoints` without losing the shape of the curve. In order of `x`; what is not a number, or is too large for a Float, is left out.',
    args: {
      key: t.arg.string({ required: true }),
      maxPoints: t.arg.int({ defaultValue: 500, description: '2 to 10,000.' }),
      x: t.arg({ type: SeriesAxis, defaultValue: 'AUTO' }),
      from: t.arg.float({ description: bounds.from }),
      to: t.arg.float({ description: bounds.to }),
    },
    resolve: (step, { key, ...options }, { db }) => readStepSeries(db, step, key, options),
  }),
);

builder.queryField('series', (t) =>
  t.field({
    ...reads,
    type: [MetadataSeries],
    description:
      'Curves of many runs in one question: one for each run and key that has numbers, in the order of `refs`, then of `keys`. A plain key means the run with the newest attempts of its steps, `step_name::key` that step. Errors: BAD_USER_INPUT, NOT_FOUND, AMBIGUOUS.',
    args: {
      refs: t.arg.stringList({ required: true, description: 'The runs: ids, names, or prefixes. Up to 100.' }),
      keys: t.arg.stringList({ required: true, description: 'Plain or qualified keys. Up to 20.' }),
      maxPoints: t.arg.int({ defaultValue: 500, description: 'Of each curve: 2 to 10,000.' }),
      x: t.arg({ type: SeriesAxis, defaultValue: 'AUTO' }),
      from: t.arg.float({ description: bounds.from }),
      to: t.arg.float({ description: bounds.to }),
    },
    resolve: (_root, { refs, keys, ...options }, { db }) => readSeries(db, refs, keys, options),
  }),
);
