import type { ConditionInput, FilterInput } from '../domain/parse-run-filter.ts';
import { builder } from './builder.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { MetadataTypeRef } from './metadata-type.ts';

export const SortDirection = builder.enumType('SortDirection', {
  description: 'Which way a list is sorted.',
  values: ['ASC', 'DESC'] as const,
});

const MetadataCondition = builder.inputRef<ConditionInput>('MetadataCondition');

MetadataCondition.implement({
  description:
    'A condition on the latest entry under a key; every field given must hold. With only a key: that it exists.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Plain, or `step_name::key`, as for PipelineRun.runMetadata.' }),
    step: t.string({
      description:
        'Only what this step logged; without it, the latest in the run, as PipelineRun.runMetadata finds it.',
    }),
    path: t.stringList({
      description: 'Into a DICT or LIST: `["f1"]`, `["classes", "0"]`. Every other field is about what stands there.',
    }),
    exists: t.boolean({ description: 'False finds the runs without the key.' }),
    type: t.field({ type: MetadataTypeRef, description: 'At a path: what the JSON there is.' }),
    equals: t.field({
      type: 'JSON',
      description: 'Equal as JSON: `1` equals `1.0`, `"1"` does not. `null` is the logged null.',
    }),
    in: t.field({ type: ['JSON'], description: 'Equal to one of these; at most 1,000 in a filter.' }),
    gt: t.float({ description: 'A number greater than this; anything else never is.' }),
    gte: t.float({ description: 'A number, this or greater.' }),
    lt: t.float({ description: 'A number less than this.' }),
    lte: t.float({ description: 'A number, this or less.' }),
    contains: t.string({ description: 'Text, as it is: no character of it is a wildcard.' }),
    startsWith: t.string({ description: 'Text, as it is: no character of it is a wildcard.' }),
    has: t.field({ type: 'JSON', description: 'A member of a SET, LIST or TUPLE, equal as JSON.' }),
  }),
});

export const PipelineRunFilter = builder.inputRef<FilterInput>('PipelineRunFilter');
PipelineRunFilter.implement({
  description: 'Every field given must hold.',
  fields: (t) => ({
    pipeline: t.string({ description: 'The name of the pipeline, exactly.' }),
    status: t.field({ type: [ExecutionStatusRef], description: 'One of these.' }),
    pipelines: t.stringList({ description: 'One of these, exactly; of none, no run.' }),
    namePrefix: t.string({ description: 'What the name begins with; no character of it is a wildcard.' }),
    nameContains: t.string({ description: 'Anywhere in the name, as it is; no index serves it.' }),
    endedAfter: t.field({ type: 'DateTime', description: 'At this instant or later; what runs has not ended.' }),
    endedBefore: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    startedAfter: t.field({ type: 'DateTime', description: 'At this instant or later.' }),
    startedBefore: t.field({ type: 'DateTime', description: 'Before this instant.' }),
    metadata: t.field({ type: MetadataCondition }),
    and: t.field({ type: [PipelineRunFilter], description: 'All of these; of none, every run.' }),
    or: t.field({ type: [PipelineRunFilter], description: 'One of these; of none, no run.' }),
    not: t.field({ type: PipelineRunFilter, description: 'Not this; so runs without a key pass a `not` about it.' }),
  }),
});
