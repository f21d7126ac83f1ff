import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import type { MetadataValue } from '../../client/metadata-entries.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Beyond this a commit is not waited for: the file system may be slow, and the command comes first. */
const gitMs = 1_000;

/** A system that runs jobs: the variable by which it is known, and those that are recorded. */
interface System {
  readonly sign: string;
  readonly prefix: string;
  readonly names: readonly string[];
}

/** What systems say of a job, by name: among variables of the same beginnings are tokens and passwords. */
const systems: Readonly<Record<string, System>> = {
  github: {
    sign: 'GITHUB_ACTIONS',
    prefix: 'GITHUB_',
    names: ['REPOSITORY', 'REF_NAME', 'WORKFLOW', 'JOB', 'RUN_ID', 'RUN_NUMBER', 'RUN_ATTEMPT', 'EVENT_NAME', 'ACTOR'],
  },
  gitlab: {
    sign: 'GITLAB_CI',
    prefix: 'CI_',
    names: [
      'PROJECT_PATH',
      'COMMIT_REF_NAME',
      'PIPELINE_ID',
      'PIPELINE_SOURCE',
      'JOB_ID',
      'JOB_NAME',
      'JOB_STAGE',
      'JOB_URL',
    ],
  },
  slurm: {
    sign: 'SLURM_JOB_ID',
    prefix: 'SLURM_',
    names: [
      'JOB_ID',
      'JOB_NAME',
      'JOB_PARTITION',
      'CLUSTER_NAME',
      'ARRAY_JOB_ID',
      'ARRAY_TASK_ID',
      'NTASKS',
      'PROCID',
      'NODELIST',
      'RESTART_COUNT',
    ],
  },
  kubernetes: {
    sign: 'KUBERNETES_SERVICE_HOST',
    prefix: '',
    names: ['POD_NAME', 'POD_NAMESPACE', 'NODE_NAME', 'JOB_COMPLETION_INDEX'],
  },
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

async function factsOfSystem(name: string, { prefix, names }: System, env: Environment) {
  const facts: Record<string, string | number> = name === 'kubernetes' ? await podOf(env) : {};
  for (const variable of names) {
    const text = env[prefix + variable];
    if (text) facts[variable.toLowerCase()] = typedText(text);
  }
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  if (name === 'github' && server && repository && id) facts['url'] = `${server}/${repository}/actions/runs/${id}`;
  return facts;
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
  for (const [name, system] of Object.entries(systems))
    if (env[system.sign]) facts.set(name, await factsOfSystem(name, system, env));
  return facts;
}
