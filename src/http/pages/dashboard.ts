import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { refuse, send } from '../answers.ts';
import { writeHead } from '../head.ts';
import { type PageFile, readPageFiles } from './page-files.ts';

/** Where the build puts the page; the same place seen from src and from dist. */
const folder = fileURLToPath(new URL('../../../dist/dashboard/', import.meta.url));

const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

let files: Promise<Map<string, PageFile>> | undefined;

/** Read when the page is first asked for, and once. */
function loadFiles(): Promise<Map<string, PageFile>> {
  files ??= readPageFiles(folder);
  return files;
}

/** Whether a path is one of the page's: a view, whose address the page reads itself, or a file of the page. */
export function isDashboardPath(path: string): boolean {
  return /^\/(runs(\/[^/]+)?|compare|curves|assets\/[^/]+)?$/.test(path);
}

/**
 * Answers with the page or a file of it. Who does not ask for HTML is no browser: at `/` it is shown the way to GraphQL,
 * and there is nothing for it elsewhere.
 */
export async function sendDashboard(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
  const isAsset = path.startsWith('/assets/');
  const wantsPage = !isAsset && request.headers.accept?.includes('text/html');
  const file = isAsset || wantsPage ? (await loadFiles()).get(isAsset ? path.slice(1) : 'index.html') : undefined;
  if (file) return sendFile(request, response, file, isAsset);
  if (path === '/') writeHead(response, 302, { location: '/graphql' }).end();
  else refuse(response, 404, 'There is nothing here. GraphQL is at /graphql.');
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: PageFile, isAsset: boolean): void {
  const headers: Record<string, string> = {
    'content-type': file.type,
    // The name of an asset has a hash of what is in it.
    'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: isAsset ? 'accept-encoding' : 'accept, accept-encoding',
    etag: file.etag,
    ...(isAsset ? {} : pageHeaders),
  };
  if (request.headers['if-none-match'] === file.etag) return void writeHead(response, 304, headers).end();
  const accepted = request.headers['accept-encoding'] ?? '';
  if (file.br && /\bbr\b/.test(accepted)) send(response, 200, { ...headers, 'content-encoding': 'br' }, file.br);
  else if (file.gzip && /\bgzip\b/.test(accepted))
    send(response, 200, { ...headers, 'content-encoding': 'gzip' }, file.gzip);
  else send(response, 200, headers, file.plain);
}

const pageHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};
