/** Which page an address is of. */
export type Route =
  | { readonly page: 'runs' | 'compare' | 'curves' | 'nowhere' }
  | { readonly page: 'run'; readonly ref: string };

export function routeOf(pathname: string): Route {
  const path = pathname.replace(/(.)\/$/, '$1');
  if (path === '/' || path === '/runs') return { page: 'runs' };
  if (path === '/compare' || path === '/curves') return { page: path.slice(1) as 'compare' | 'curves' };
  const ref = /^\/runs\/([^/]+)$/.exec(path)?.[1];
  if (ref === undefined) return { page: 'nowhere' };
  try {
    return { page: 'run', ref: decodeURIComponent(ref) };
  } catch {
    return { page: 'run', ref };
  }
}

/** The address of a run: by its name, unless browsers take that for a way up. */
export function runPath(run: { readonly id: string; readonly name: string }): string {
  const isPlain = run.name !== '.' && run.name !== '..' && !/\p{Surrogate}/u.test(run.name);
  return `/runs/${encodeURIComponent(isPlain ? run.name : run.id)}`;
}
