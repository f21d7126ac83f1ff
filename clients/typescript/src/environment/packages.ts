import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const maxPackages = 500;

interface Manifest {
  readonly version?: unknown;
  readonly dependencies?: Readonly<Record<string, unknown>>;
  readonly optionalDependencies?: Readonly<Record<string, unknown>>;
}

function readManifest(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** The folder and those around it, innermost first. */
function* upwardsFrom(folder: string): Generator<string> {
  for (let current = folder; ; current = dirname(current)) {
    yield current;
    if (dirname(current) === current) return;
  }
}

function versionOf(name: string, folder: string): string | undefined {
  for (const current of upwardsFrom(folder)) {
    const version = readManifest(join(current, 'node_modules', name, 'package.json'))?.version;
    if (typeof version === 'string') return version;
  }
  return undefined;
}

/** The versions that are installed of what the package that a folder belongs to depends on. */
export function readPackages(folder: string): Record<string, string> {
  for (const current of upwardsFrom(folder)) {
    const manifest = readManifest(join(current, 'package.json'));
    if (!manifest) continue;
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }).sort();
    return Object.fromEntries(
      names.slice(0, maxPackages).flatMap((name) => {
        const version = versionOf(name, current);
        return version === undefined ? [] : [[name, version]];
      }),
    );
  }
  return {};
}
