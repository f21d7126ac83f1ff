import { spawnSync } from 'node:child_process';
import { expect } from 'vitest';
import { createEmptyDatabase } from '../support/database.ts';
import { packageRoot, runCommand } from '../support/service-process.ts';
import { testJobs as test } from '../support/test.ts';

const keyPattern = /^rl_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}\n$/;

test('the first key is made on the database, the others with it; they are listed, used and revoked', async ({
  database,
  env,
}) => {
  const bootstrap = () => runCommand(['keys', 'bootstrap'], { DATABASE_URL: database.url });
  const first = await bootstrap();
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(keyPattern) });
  expect(first.stderr).toContain('From now on the service asks for a key.');
  expect(await bootstrap()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('There are keys already'),
  });

  const admin = { ...env, RUNLEDGER_API_KEY: first.stdout.trim() };
  const create = [
    'keys',
    'create',
    '--name',
    'training',
    '--scopes',
    'read,write',
    '--pipeline',
    'iris*',
    '--expires',
    '90d',
  ];
  const made = await runCommand(create, admin);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(keyPattern) });
  const key = made.stdout.trim();
  const id = key.slice(3, 15);

  const listed = await runCommand(['keys', 'list'], admin);
  expect(listed.stdout).toMatch(new RegExp(`^${id}  training   read,write  iris\\*     `, 'm'));
  const [first90] = JSON.parse((await runCommand(['keys', 'list', '--json'], admin)).stdout);
  expect(Date.parse(first90.expiresAt) - Date.now()).toBeGreaterThan(89 * 86_400_000);

  const holder = { ...env, RUNLEDGER_API_KEY: key };
  // It may not make keys, and says what it may.
  expect(await runCommand(['keys', 'list'], holder)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/needs the scope ADMIN; training has READ, WRITE/),
  });
  expect(await runCommand(['keys', 'list'], env)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/RUNLEDGER_API_KEY/),
  });

  expect(await runCommand(['keys', 'revoke', id], admin)).toMatchObject({
    code: 0,
    stdout: `revoked rl_${id}_… "training"\n`,
  });
  expect(await runCommand(['get', 'x', '--run', 'r', '--timeout', '5'], holder)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/revoked/),
  });
  expect((await runCommand(['keys', 'list'], admin)).stdout).not.toContain(id);
  expect((await runCommand(['keys', 'list', '--all'], admin)).stdout).toContain('revoked');
});

test.for([
  [['keys']],
  [['keys', 'make']],
  [['keys', 'create', '--scopes', 'read']],
  [['keys', 'create', '--name', 'x']],
  [['keys', 'create', '--name', 'x', '--scopes', 'all']],
  [['keys', 'create', '--name', 'x', '--scopes', 'read', '--expires', 'soon']],
  [['keys', 'revoke']],
])('%j is a wrong command line', async ([args]) => {
  const { code, stderr } = await runCommand(args as string[], {});
  expect(code).toBe(2);
  expect(stderr).toMatch(/^runledger: .+\nSee runledger help keys\.\n$/);
});

test.for([
  [{ HOST: '0.0.0.0' }, /HOST=0\.0\.0\.0 can be reached by others, and there is no key yet/],
  [{ RUNLEDGER_ADMIN_KEY: 'short' }, /RUNLEDGER_ADMIN_KEY is shorter than 32 characters/],
  [{ RUNLEDGER_ADMIN_KEY: `${'x'.repeat(40)}\n` }, /RUNLEDGER_ADMIN_KEY has a character that no header can carry/],
  [{ AUTH_ISSUER: 'https://x.example.com' }, /AUTH_ISSUER, AUTH_AUDIENCE and AUTH_JWKS_URL belong together/],
] as const)('with %j the service does not start', async ([settings, message]) => {
  const empty = await createEmptyDatabase();
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/main.js'], {
    cwd: packageRoot,
    env: { ...process.env, DATABASE_URL: empty.url, PORT: '0', ...settings },
    encoding: 'utf8',
    timeout: 30_000,
  });
  await empty.drop();
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('xxxx');
  expect(stdout).not.toContain('ready');
  expect(status).toBe(1);
});
