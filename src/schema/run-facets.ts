import { parseRunFilter } from '../domain/parse-run-filter.ts';
import { readRunFacets } from '../domain/read-run-facets.ts';
import type { RunFacetRow } from '../storage/counts/runs.ts';
import { builder } from './builder.ts';
import { ExecutionStatusRef } from './execution-status.ts';
import { PipelineRunFilter } from './run-filter.ts';
import { reads } from './scopes.ts';

const StatusFacet = builder.objectRef<RunFacetRow['statuses'][number]>('StatusFacet').implement({
  description: 'How many of the runs have a status.',
  fields: (t) => ({
    status: t.expose('status', { type: ExecutionStatusRef }),
    runs: t.exposeInt('runs'),
  }),
});

const PipelineFacet = builder.objectRef<RunFacetRow['pipelines'][number]>('PipelineFacet').implement({
  description: 'How many of the runs are of a pipeline.',
  fields: (t) => ({
    pipeline: t.exposeString('pipeline'),
    runs: t.exposeInt('runs'),
  }),
});

const RunFacets = builder.objectRef<RunFacetRow>('RunFacets').implement({
  description: 'How runs divide.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'How many there are.' }),
    statuses: t.field({
      type: [StatusFacet],
      description: 'Of every status, in the order of the enum; of those that no run has too.',
      resolve: ({ statuses }) => statuses,
    }),
    pipelines: t.field({
      type: [PipelineFacet],
      description: 'The 50 with the most runs, by their number, then by name.',
      resolve: ({ pipelines }) => pipelines,
    }),
  }),
});

builder.queryField('runFacets', (t) =>
  t.field({
    ...reads,
    type: RunFacets,
    description:
      'How the runs that pass a filter divide. Without a filter told by counters that may lag some seconds behind writers.',
    args: { filter: t.arg({ type: PipelineRunFilter }) },
    resolve: (_root, { filter }, { db, primary, limits }) => readRunFacets(db, primary, parseRunFilter(filter, limits)),
  }),
);
