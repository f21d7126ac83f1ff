import { listPipelines } from '../domain/list-pipelines.ts';
import type { PipelineRow } from '../storage/counts/runs.ts';
import { builder } from './builder.ts';
import { connectionOf, decodeCursor, encodeCursor, pageSize, toConnection } from './connection.ts';
import { reads } from './scopes.ts';

const PipelineRef = builder.objectRef<PipelineRow>('Pipeline').implement({
  description: 'What has runs of its name.',
  fields: (t) => ({
    name: t.exposeString('name'),
    runs: t.exposeInt('runs', { description: 'How many there are, whatever their status.' }),
    lastStartedAt: t.expose('lastStartedAt', { type: 'DateTime', description: 'The latest start of one of them.' }),
  }),
});

const PipelineConnection = connectionOf(PipelineRef, 'Pipeline', 'A page of pipelines.');

builder.queryField('pipelines', (t) =>
  t.field({
    ...reads,
    type: PipelineConnection,
    description: 'The pipelines, by name. Told by counters that may lag some seconds behind writers.',
    args: {
      prefix: t.arg.string({ description: 'What the name begins with.' }),
      first: t.arg.int({ defaultValue: 50, description: '0 to 200.' }),
      after: t.arg.string({ description: 'The cursor of the last pipeline seen.' }),
    },
    resolve: async (_root, { prefix, first, after }, { primary }) => {
      const size = pageSize(first, 50);
      const position = decodeCursor('pipelines', after, ([name]) =>
        typeof name === 'string' && !name.includes('\0') ? [name] : null,
      );
      const { rows, count } = await listPipelines(primary, { prefix, after: position?.[0] ?? null, take: size + 1 });
      return toConnection(rows, size, after, ({ name }) => encodeCursor('pipelines', name), count);
    },
  }),
);
