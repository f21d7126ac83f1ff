type Found = { readonly id: string; readonly key: string; readonly qualifiedKey: string };

/** The latest of what was logged under a key, plain or qualified, as PipelineRun.runMetadata finds it. */
export function latestOf<Entry extends Found>(entries: readonly Entry[], key: string): Entry | undefined {
  let latest: Entry | undefined;
  for (const entry of entries) {
    if (entry.qualifiedKey === key && entry.key === key) {
      if (key.includes('::')) return entry;
    } else if (entry.key !== key && entry.qualifiedKey !== key) continue;
    if (!latest || BigInt(entry.id) > BigInt(latest.id)) latest = entry;
  }
  return latest;
}

/** What stands at a path inside a value; undefined where nothing does. */
export function leafAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return undefined;
    current = (current as Record<string, unknown>)[part];
  }
  return current;
}
