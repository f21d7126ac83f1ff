import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { jobsOf } from '@runledger/client/internal/environment/jobs';
import type { MetadataValue } from '@runledger/client/internal/metadata-entries';

type Environment = Readonly<Record<string, string | undefined>>;

/** Beyond this a commit is not waited for: the file system may be slow, and the command comes first. */
const gitMs = 1_000;

/** The keys under which it is logged what a system says of a job. */
const keys: Readonly<Record<string, string>> = {
  'GitHub Actions': 'github',
  'GitLab CI': 'gitlab',
  Slurm: 'slurm',
  Kubernetes: 'kubernetes',
};

/** Numbers as numbers, so that a filter finds them; ids too long for that stay texts. */
function typedText(text: string): string | number {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}

/** What Kubernetes tells every pod: its name, as that of the host, and its namespace. */
async function podOf(env: Environment): Promise<Record<string, string>> {
  const path = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
  const namespace = await readFile(path, 'utf8').catch(() => '');
  return {
    pod_name: env['HOSTNAME'] || hostname(),
    ...(namespace.trim() === '' ? {} : { pod_namespace: namespace.trim() }),
  };
}

/** Where a person finds the job, where its system says that in several parts. */
function linkOf({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id }: Environment) {
  return server && repository && id ? { url: `${server}/${repository}/actions/runs/${id}` } : {};
}

async function factsOfSystem(system: string, told: Record<string, string>, env: Environment): Promise<MetadataValue> {
  const typed = Object.fromEntries(Object.entries(told).map(([name, text]) => [name, typedText(text)]));
  if (system === 'Kubernetes') return { ...(await podOf(env)), ...typed };
  return system === 'GitHub Actions' ? { ...typed, ...linkOf(env) } : typed;
}

/** The commit that is checked out, by what CI says or git answers; undefined where neither does. */
async function commitOf(env: Environment): Promise<string | undefined> {
  const said = env['GITHUB_SHA'] || env['CI_COMMIT_SHA'];
  if (said) return said;
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', '--verify', '-q', 'HEAD'], { timeout: gitMs });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Where a command runs: host, commit, and what CI and schedulers say of the job. */
export async function factsOf(env: Environment): Promise<Map<string, MetadataValue>> {
  const facts = new Map<string, MetadataValue>([['host', hostname()]]);
  const commit = await commitOf(env);
  if (commit !== undefined) facts.set('commit', commit);
  for (const [system, told] of Object.entries(jobsOf(env)))
    facts.set(keys[system] ?? system, await factsOfSystem(system, told, env));
  return facts;
}
