import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import type PrismaTypes from '../generated/pothos-types.ts';
import { getDatamodel } from '../generated/pothos-types.ts';
import type { Context } from './context.ts';

/** What Pothos knows of the types that are not written in this folder. */
export type SchemaTypes = {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string | bigint };
    Float: { Input: number; Output: number };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: NonNullable<unknown>; Output: unknown };
    JSONObject: { Input: Record<string, unknown>; Output: Record<string, unknown> };
    UUID: { Input: string; Output: string };
    Long: { Input: bigint; Output: bigint };
  };
};

/** All files of this folder add their types to it. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [PrismaPlugin, RelayPlugin],
  defaultFieldNullability: false,
  prisma: {
    client: (context) => context.db.prisma,
    dmmf: getDatamodel(),
    exposeDescriptions: true,
  },
  relay: {
    // No global ids: what has one is asked for by a field of its own.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    cursorFieldOptions: { description: 'What `after` takes to go on behind it.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
  },
});

builder.queryType({});
builder.mutationType({});
