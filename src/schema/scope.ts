import { builder } from './builder.ts';

export const ScopeRef = builder.enumType('Scope', {
  description:
    'What a caller may do. READ: queries and subscriptions. WRITE: start, finish, log. ADMIN: those, retract, delete, keys.',
  values: ['READ', 'WRITE', 'ADMIN'] as const,
});
