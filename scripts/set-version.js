// `npm run set-version -- 0.2.0`: the next version of all three packages, and of the changelog what is unreleased becomes it.
// They share one number, because they share two contracts: the schema, and the spool that one client writes and the other reads.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [version] = process.argv.slice(2);

/** Where the version stands, and how. The lock file follows. */
const places = [
  ['package.json', /^( {2}"version": ")[^"]+/m],
  ['package.json', /^( {4}"@runledger\/client": ")[^"]+/m],
  ['clients/typescript/package.json', /^( {2}"version": ")[^"]+/m],
  ['clients/python/pyproject.toml', /^(version = ")[^"]+/m],
  ['clients/python/runledger/__init__.py', /^(__version__ = ")[^"]+/m],
];

function rewrite(file, pattern, replacement) {
  const text = readFileSync(root + file, 'utf8');
  if (!pattern.test(text)) throw new Error(`${file} has no ${pattern}.`);
  writeFileSync(root + file, text.replace(pattern, replacement));
}

if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) {
  console.error('Give the version: npm run set-version -- 0.2.0');
  process.exit(2);
}
const unreleased = /## \[Unreleased\]\n\n([\s\S]*?)(?=\n## |$)/.exec(readFileSync(`${root}CHANGELOG.md`, 'utf8'));
if (!unreleased?.[1]?.trim()) {
  console.error('CHANGELOG.md has nothing under [Unreleased]: what is there to release?');
  process.exit(1);
}
for (const [file, pattern] of places) rewrite(file, pattern, `$1${version}`);
const today = new Date().toISOString().slice(0, 10);
rewrite('CHANGELOG.md', /## \[Unreleased\]\n/, `## [Unreleased]\n\n## [${version}] - ${today}\n`);
execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: root,
  stdio: 'inherit',
});
console.log(`${version} it is. Read CHANGELOG.md, commit, and push the tag v${version}: docs/releasing.md.`);
