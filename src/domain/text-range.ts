/** All texts that start with `prefix`, in byte order: from it, and before the first that does not. */
export function textRange(prefix: string) {
  return { from: prefix, before: successor(prefix) };
}

/** The first text, in byte order, that does not start with `prefix`; null when all that follow do. */
function successor(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0)!);
  while (points.length > 0) {
    const last = points.pop()!;
    if (last === 0x10ffff) continue;
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return null;
}
