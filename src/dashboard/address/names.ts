/** Names of runs in an address: with commas between them, and a backslash before a comma that is part of a name. */
export function printRefs(refs: readonly string[]): string {
  return refs.map((ref) => ref.replace(/[\\,]/g, '\\$&')).join(',');
}

export function parseRefs(text: string): string[] {
  const refs = [...text.matchAll(/((?:[^\\,]|\\.)+)(?:,|$)/gsu)].map(([, ref]) => ref!.replace(/\\(.)/gsu, '$1'));
  return [...new Set(refs)];
}

type Run = { readonly id: string; readonly name: string };

/** Whether a name in an address is that of a run. */
export function isRefOf(ref: string, { id, name }: Run): boolean {
  return ref === name || ref === id;
}

/** Where a run stands among those of an address; behind them all, where it does not. */
export function placeOf(refs: readonly string[], run: Run): number {
  const at = refs.findIndex((ref) => isRefOf(ref, run));
  return at < 0 ? refs.length : at;
}
