import type { Caller } from '../domain/caller.ts';
import { readTime } from '../storage/postgres/ready.ts';
import { readVersion } from '../version.ts';
import { builder } from './builder.ts';

const Scope = builder.enumType('Scope', {
  description: 'What a caller may do. READ: queries and subscriptions. WRITE: start, finish, log. ADMIN: all of it.',
  values: ['READ', 'WRITE', 'ADMIN'] as const,
});

const Viewer = builder.objectRef<Caller>('Viewer').implement({
  description: 'Who asks, and what they may do.',
  fields: (t) => ({
    name: t.string({ description: 'Anonymous where no key is asked for.', resolve: ({ kind }) => kind }),
    scopes: t.field({ type: [Scope], resolve: () => ['READ', 'WRITE', 'ADMIN'] as const }),
    pipelines: t.stringList({ nullable: true, description: 'Null for all.', resolve: () => null }),
  }),
});

const Service = builder.objectRef<Caller>('Service').implement({
  description: 'The service itself: what a page needs to show ages and to say what it may do.',
  fields: (t) => ({
    version: t.string({ resolve: () => readVersion() }),
    time: t.field({
      type: 'DateTime',
      description: "The database's clock.",
      resolve: (_, _args, { db }) => readTime(db),
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
    type: Service,
    description: 'The service itself: what a page needs to show ages and to say what it may do.',
    resolve: (_root, _args, { caller }) => caller,
  }),
);
