import { type ServerAuditOptions, serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen, type TestServer } from '../support/http.ts';
import { openService, type TestService } from '../support/service.ts';

let service: TestService;
let server: TestServer;
beforeAll(async () => {
  service = await openService();
  server = await listen(service);
});
afterAll(async () => {
  await server.close();
  await service.close();
});

const options: ServerAuditOptions = { url: () => `${server.origin}/graphql`, fetchFn: fetch };

describe('the specification GraphQL over HTTP', () => {
  const audits = serverAudits(options);
  test('has 61 audits', () => expect(audits).toHaveLength(61));
  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').toBe('ok');
  });
});
