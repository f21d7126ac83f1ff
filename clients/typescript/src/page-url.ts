import type { Settings } from './options.ts';

/** The address of the page of a run, by its id, name or prefix. */
export function pageUrl({ url }: Settings, run: string): string {
  const page = new URL(url);
  page.pathname = `${page.pathname.replace(/graphql$/, '')}runs/${encodeURIComponent(run)}`;
  page.search = '';
  return page.href;
}
