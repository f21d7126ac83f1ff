import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import { DateTimeResolver, JSONObjectResolver, JSONResolver, UUIDResolver } from 'graphql-scalars';
import type PrismaTypes from './dist/generated/pothos-types.ts';
import { getDatamodel } from './dist/generated/pothos-types.ts';
import type { MetadataEntry, Prisma, PrismaClient } from './dist/generated/prisma/client.ts';
import type { MetadataType } from './dist/generated/prisma/enums.ts';

/**
 * The schema as the documentation of Pothos's Prisma plugin writes one: prismaObject, prismaField, prismaConnection,
 * t.relation; a Prisma call for each field that needs one. The latest entry is the newest of the history, which an index
 * answers, so a write has less to do here than in the service: it inserts the history alone.
 */
export function buildSchema(prisma: PrismaClient) {
  const builder = new SchemaBuilder<{
    PrismaTypes: PrismaTypes;
    Scalars: {
      DateTime: { Input: Date; Output: Date };
      JSON: { Input: unknown; Output: unknown };
      JSONObject: { Input: Record<string, unknown>; Output: unknown };
      UUID: { Input: string; Output: string };
    };
  }>({
    plugins: [PrismaPlugin, RelayPlugin],
    prisma: { client: prisma, dmmf: getDatamodel() },
    relay: { nodesOnConnection: true },
  });
  builder.addScalarType('DateTime', DateTimeResolver);
  builder.addScalarType('JSON', JSONResolver);
  builder.addScalarType('JSONObject', JSONObjectResolver);
  builder.addScalarType('UUID', UUIDResolver);

  const EntryRef = builder.prismaObject('MetadataEntry', {
    fields: (t) => ({
      id: t.id({ resolve: ({ id }) => String(id) }),
      key: t.exposeString('key'),
      value: t.expose('value', { type: 'JSON', nullable: true }),
      loggedAt: t.expose('loggedAt', { type: 'DateTime' }),
      run: t.relation('run'),
      step: t.relation('step'),
    }),
  });

  builder.prismaObject('Step', {
    fields: (t) => ({
      id: t.expose('id', { type: 'UUID' }),
      name: t.exposeString('name'),
      run: t.relation('run'),
      runMetadata: t.prismaField({
        type: 'MetadataEntry',
        nullable: true,
        args: { key: t.arg.string({ required: true }) },
        resolve: (query, step, { key }) =>
          prisma.metadataEntry.findFirst({
            ...query,
            where: { runId: step.runId, stepId: step.id, key, retractedAt: null },
            orderBy: { id: 'desc' },
          }),
      }),
      metadataHistory: t.relatedConnection('entries', {
        cursor: 'runId_id',
        args: { key: t.arg.string({ required: true }) },
        query: ({ key }) => ({ where: { key, retractedAt: null }, orderBy: { id: 'desc' } }),
      }),
    }),
  });

  builder.prismaObject('PipelineRun', {
    fields: (t) => ({
      id: t.expose('id', { type: 'UUID' }),
      name: t.exposeString('name'),
      status: t.string({ resolve: ({ status }) => status }),
      startedAt: t.expose('startedAt', { type: 'DateTime' }),
      steps: t.relation('steps'),
      runMetadata: t.prismaField({
        type: 'MetadataEntry',
        nullable: true,
        args: { key: t.arg.string({ required: true }) },
        resolve: (query, run, { key }) =>
          prisma.metadataEntry.findFirst({
            ...query,
            where: { runId: run.id, key, retractedAt: null },
            orderBy: { id: 'desc' },
          }),
      }),
    }),
  });

  builder.queryType({
    fields: (t) => ({
      step: t.prismaField({
        type: 'Step',
        nullable: true,
        args: { id: t.arg({ type: 'UUID', required: true }) },
        resolve: (query, _root, { id }) => prisma.step.findFirst({ ...query, where: { id } }),
      }),
      pipelineRuns: t.prismaConnection({
        type: 'PipelineRun',
        cursor: 'id',
        resolve: (query) => prisma.pipelineRun.findMany({ ...query, orderBy: { startedAt: 'desc' } }),
      }),
    }),
  });

  const MetadataTarget = builder.inputType('MetadataTarget', {
    fields: (t) => ({ stepId: t.field({ type: 'UUID', required: true }) }),
  });
  const LogMetadataInput = builder.inputType('LogMetadataInput', {
    fields: (t) => ({
      target: t.field({ type: MetadataTarget, required: true }),
      metadata: t.field({ type: 'JSONObject', required: true }),
    }),
  });
  const LogMetadataPayload = builder.objectRef<{ entries: MetadataEntry[] }>('LogMetadataPayload').implement({
    fields: (t) => ({ entries: t.expose('entries', { type: [EntryRef] }) }),
  });
  builder.mutationType({
    fields: (t) => ({
      logMetadata: t.field({
        type: LogMetadataPayload,
        args: { input: t.arg({ type: LogMetadataInput, required: true }) },
        resolve: async (_root, { input: { target, metadata } }) => {
          const step = await prisma.step.findFirstOrThrow({ where: { id: target.stepId } });
          const entries = await prisma.metadataEntry.createManyAndReturn({
            data: Object.entries(metadata).map(([key, value]) => ({
              runId: step.runId,
              stepId: step.id,
              key,
              type: typeOf(value),
              value: value as Prisma.InputJsonValue,
              loggedAt: new Date(),
            })),
          });
          return { entries };
        },
      }),
    }),
  });

  return builder.toSchema();
}

function typeOf(value: unknown): MetadataType {
  if (typeof value === 'number') return Number.isInteger(value) ? 'INT' : 'FLOAT';
  return typeof value === 'string' ? 'STRING' : 'DICT';
}
