import type { TestService } from './service.ts';

/** Asks for a stream of events; resolves once it stands, or was refused. */
export async function subscribe(
  { app }: Pick<TestService, 'app'>,
  query: string,
  variables?: Record<string, unknown>,
): Promise<Response> {
  return app.fetch(
    new Request('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables }),
    }),
  );
}
