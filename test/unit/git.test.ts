import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readGit } from '../../clients/typescript/src/environment/git.ts';

test('what git knows is told, without credentials, and asking it changes nothing in the working copy', async ({
  onTestFinished,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'runledger-git-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
  const file = join(folder, 'train.py');
  writeFileSync(file, 'print(1)\n');
  git('init', '--quiet', '--initial-branch', 'trunk');
  git('add', 'train.py');
  git('-c', 'user.name=a', '-c', 'user.email=a@b.example', 'commit', '--quiet', '--message', 'first');
  git('remote', 'add', 'origin', 'https://user:secret@git.example/team/train.git');
  // The same content at another time: the index has to be refreshed, were it not for what only asks.
  utimesSync(file, 1_700_000_000, 1_700_000_000);
  const index = readFileSync(join(folder, '.git/index'));
  const state = {
    commit: git('rev-parse', 'HEAD'),
    branch: 'trunk',
    changed: false,
    remote: 'https://git.example/team/train.git',
  };
  expect(await readGit(folder)).toEqual(state);
  expect(readFileSync(join(folder, '.git/index')).equals(index)).toBe(true);
  writeFileSync(file, 'print(2)\n');
  expect(await readGit(folder)).toEqual({ ...state, changed: true });
});
