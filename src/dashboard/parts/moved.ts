/** The same items, with one of them at another place. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const next = [...items];
  const item = next.splice(from, 1);
  next.splice(to, 0, ...item);
  return next;
}
