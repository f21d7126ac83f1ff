import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { speak } from '../support/http.ts';
import { test } from '../support/test.ts';

// The files are those of the build: `npm test` builds first.

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

/** A response as it came, not decompressed. */
async function raw(port: number, path: string, headers: string): Promise<{ head: string; body: Buffer }> {
  const answer = await speak(
    port,
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n\r\n`,
  );
  const at = answer.indexOf('\r\n\r\n');
  return { head: answer.slice(0, at), body: Buffer.from(answer.slice(at + 4), 'latin1') };
}

describe('the page', () => {
  test.for(['/', '/runs', '/runs?q=a', '/runs/iris-1', '/runs/a%2Fb', '/compare', '/curves'])(
    'is at %s',
    async (path, { server }) => {
      const response = await fetch(server.origin + path, { headers: html });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(await response.text()).toContain('<div id="root"></div>');
    },
  );

  test('allows nothing that is not its own, and nothing inline', async ({ server }) => {
    const response = await fetch(server.origin, { headers: html });
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const text = await response.text();
    expect(text).not.toMatch(/<style|<script>|style=|https?:/);
  });

  test('is asked for again each time, and comes only when it has changed', async ({ server }) => {
    const response = await fetch(server.origin, { headers: html });
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const etag = response.headers.get('etag')!;
    const again = await fetch(server.origin, { headers: { ...html, 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('has files that never change, compressed to those who can', async ({ server }) => {
    const page = await (await fetch(server.origin, { headers: html })).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)![1]!;
    const plain = await raw(server.port, script, 'Accept: */*');
    expect(plain.head).toMatch(/cache-control: public, max-age=31536000, immutable/i);
    expect(plain.head).toMatch(/content-type: text\/javascript/i);
    const br = await raw(server.port, script, 'Accept-Encoding: gzip, deflate, br');
    expect(br.head).toMatch(/content-encoding: br/i);
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    const gzip = await raw(server.port, script, 'Accept-Encoding: gzip');
    expect(gzip.head).toMatch(/content-encoding: gzip/i);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
  });

  test.for(['/assets/none.js', '/assets/../index.html', '/assets/%2e%2e/server.js', '/runs/a/b', '/index.html'])(
    '%s is not one of its files',
    async (path, { server }) => {
      expect((await raw(server.port, path, 'Accept: text/html')).head).toMatch(/^HTTP\/1\.1 404 /);
    },
  );
});

test('who does not ask for HTML is shown the way to GraphQL', async ({ server }) => {
  const response = await fetch(server.origin, { redirect: 'manual' });
  expect([response.status, response.headers.get('location')]).toEqual([302, '/graphql']);
  const other = await fetch(`${server.origin}/runs`, { headers: { accept: 'application/json' } });
  expect(other.status).toBe(404);
  expect((await other.json()).errors[0].extensions.code).toBe('NOT_FOUND');
});

test('nothing can be posted there', async ({ server }) => {
  expect((await fetch(server.origin, { method: 'POST' })).status).toBe(405);
});
