import type { Caller } from '../domain/caller.ts';
import { readTime } from '../storage/postgres/ready.ts';
import { readVersion } from '../version.ts';
import { builder } from './builder.ts';
import { ScopeRef } from './scope.ts';
import { reads } from './scopes.ts';

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who asks, and what they may do.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name of the key; anonymous where no key is asked for.' }),
    scopes: t.field({ type: [ScopeRef], resolve: ({ scopes }) => [...scopes] }),
    pipelines: t.stringList({
      nullable: true,
      description: 'Only these; a `*` at the end stands for any rest. Null for all.',
      resolve: ({ pipelines }) => pipelines && [...pipelines],
    }),
  }),
});

const Service = builder.objectRef<Caller>('Service').implement({
  description: 'The service itself: what a page needs to show ages and to say what it may do.',
  fields: (t) => ({
    version: t.string({ resolve: () => readVersion() }),
    time: t.field({
      type: 'DateTime',
      description: "The database's clock.",
      resolve: (_, _args, { primary }) => readTime(primary),
    }),
    viewer: t.field({
      type: Viewer,
      description: 'Who asks, and what they may do. Without keys on loopback: everything.',
      resolve: (caller) => caller,
    }),
  }),
});

builder.queryField('service', (t) =>
  t.field({
    ...reads,
    type: Service,
    description: 'The service itself: what a page needs to show ages and to say what it may do.',
    resolve: (_root, _args, { caller }) => caller,
  }),
);
