import { type ServerAuditOptions, serverAudits } from 'graphql-http';
import { describe, expect } from 'vitest';
import { test } from '../support/test.ts';

let url: string;
test.beforeAll(({ server }) => {
  url = `${server.origin}/graphql`;
});
const options: ServerAuditOptions = { url: () => url, fetchFn: fetch };

describe('the specification GraphQL over HTTP', () => {
  const audits = serverAudits(options);
  test('has 61 audits', () => expect(audits).toHaveLength(61));
  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
  });
});
