import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');
const json = (file: string) => JSON.parse(read(file));

test('the three packages have one version, wherever it stands', () => {
  const { version, dependencies } = json('package.json');
  const { packages } = json('package-lock.json');
  expect({
    client: json('clients/typescript/package.json').version,
    'what runledger depends on': dependencies['@runledger/client'],
    lock: packages[''].version,
    'client in the lock': packages['clients/typescript'].version,
    python: /^version = "(.*)"$/m.exec(read('clients/python/pyproject.toml'))?.[1],
    'python at run time': /^__version__ = "(.*)"$/m.exec(read('clients/python/runledger/__init__.py'))?.[1],
  }).toEqual({
    client: version,
    'what runledger depends on': version,
    lock: version,
    'client in the lock': version,
    python: version,
    'python at run time': version,
  });
});
