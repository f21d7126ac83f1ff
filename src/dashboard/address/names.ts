/** Names of runs in an address: with commas between them, and a backslash before a comma that is part of a name. */
export function printRefs(refs: readonly string[]): string {
  return refs.map((ref) => ref.replace(/[\\,]/g, '\\$&')).join(',');
}

export function parseRefs(text: string): string[] {
  const refs = [...text.matchAll(/((?:[^\\,]|\\.)+)(?:,|$)/gsu)].map(([, ref]) => ref!.replace(/\\(.)/gsu, '$1'));
  return [...new Set(refs)];
}
