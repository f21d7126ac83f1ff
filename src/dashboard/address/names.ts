/** Names of runs in an address: with commas between them, and a backslash before a comma that is part of a name. */
export function printRefs(refs: readonly string[]): string {
  return refs.map((ref) => ref.replace(/[\\,]/g, '\\$&')).join(',');
}
