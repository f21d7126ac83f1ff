import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { send } from '../answers.ts';
import { writeHead } from '../head.ts';
import { tabs } from './graphiql-tabs.ts';
import { keyDialog } from './key-dialog.ts';

/** The page, compressed once and told apart by its tag. */
type GraphiQLPage = { gzip: Buffer; plain: string; etag: string };

/**
 * What GraphiQL lacks.
 * - A tab flies off under the pointer when it is first pressed (its animation leaves an old offset behind, and shows it
 *   again), so the click is lost. Tabs that never move are fine; they can be dragged all the same.
 * - Where a key is asked for, it asks for one, and keeps it for the tab alone: not in the browser's lasting storage, nor in an
 *   address.
 * - Numbers are shown as a double would round them. Where the browser can tell how a number was written, it is kept so.
 */
const additions = `<style>.graphiql-tab { transform: none !important; }</style>
<script>
  if (JSON.rawJSON) {
    const parse = JSON.parse;
    const asWritten = (key, value, context) =>
      typeof value === 'number' && context && context.source !== String(value) ? JSON.rawJSON(context.source) : value;
    JSON.parse = (text, reviver) => parse(text, reviver ?? asWritten);
  }
</script>
${keyDialog}`;

let page: Promise<GraphiQLPage> | undefined;

/** GraphiQL from our own files, without a CDN. It is some 9 MB, so it is made when it is first asked for, and once. */
function loadGraphiQL(): Promise<GraphiQLPage> {
  page ??= makePage();
  return page;
}

async function makePage(): Promise<GraphiQLPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const rendered = await renderGraphiQL({
    title: 'Runledger',
    endpoint: '/graphql',
    defaultTabs: tabs.map((query) => ({ query })),
    defaultQuery: '',
    shouldPersistHeaders: false,
  } as Parameters<typeof renderGraphiQL>[0]);
  const plain = rendered.replace('</head>', () => `${additions}</head>`);
  const compressed = await promisify(gzip)(plain, { level: 6 });
  return { plain, gzip: compressed, etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"` };
}

const contentSecurityPolicy =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:; font-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/** Answers with the page, compressed where that is taken; with 304 to who has it already. */
export async function sendGraphiQL(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const page = await loadGraphiQL();
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': contentSecurityPolicy,
    vary: 'accept-encoding',
    etag: page.etag,
  };
  if (request.headers['if-none-match'] === page.etag) writeHead(response, 304, headers).end();
  else if (!request.headers['accept-encoding']?.includes('gzip')) send(response, 200, headers, page.plain);
  else send(response, 200, { ...headers, 'content-encoding': 'gzip' }, page.gzip);
}
