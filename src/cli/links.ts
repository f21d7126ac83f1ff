/** Where a run is on the page of the service at this endpoint. */
export function pageOfRun(endpoint: string, name: string): string {
  const url = new URL(endpoint);
  url.pathname = url.pathname.replace(/\/?graphql$/, `/runs/${encodeURIComponent(name)}`);
  url.search = '';
  return url.href;
}
