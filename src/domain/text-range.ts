/** All texts that start with `prefix`, in byte order: from it, and before the first that does not. */
export function textRange(prefix: string) {
  return { from: prefix, before: successor(prefix) };
}

const greatest = '\u{10ffff}';

/** The first text, in byte order, that does not start with `prefix`; null when all that follow do. */
function successor(prefix: string): string | null {
  let rest = prefix;
  while (rest.endsWith(greatest)) rest = rest.slice(0, -greatest.length);
  const last = [...rest.slice(-2)].at(-1);
  if (last === undefined) return null;
  const point = last.codePointAt(0)!;
  return rest.slice(0, -last.length) + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1);
}
