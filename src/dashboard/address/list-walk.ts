const name = 'runledger-list';

type List = { readonly names: readonly string[]; readonly search: string };

/** Keeps the list that a run is opened from, so that its page can lead to the next, and back. */
export function rememberList(names: readonly string[], search: string): void {
  sessionStorage.setItem(name, JSON.stringify({ names, search }));
}

function rememberedList(): List | null {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? 'null') as List | null;
  } catch {
    return null;
  }
}

/** The runs before and after one in that list. */
export function neighbours(run: string): { previous: string | undefined; next: string | undefined; search: string } {
  const list = rememberedList();
  const at = list?.names.indexOf(run) ?? -1;
  if (!list || at < 0) return { previous: undefined, next: undefined, search: list?.search ?? '' };
  return { previous: list.names[at - 1], next: list.names[at + 1], search: list.search };
}
