import { arch, availableParallelism, hostname, platform, release } from 'node:os';
import { dirname } from 'node:path';
import { checkOptions } from '../check-options.ts';
import { badInput } from '../errors.ts';
import { logMetadata } from '../log.ts';
import { environment, isDisabled } from '../options.ts';
import { currentRun } from '../scope.ts';
import { readGit } from './git.ts';
import { jobsOf } from './jobs.ts';
import { readPackages } from './packages.ts';

export interface EnvironmentOptions {
  /** Whether the versions of the packages that the program depends on are logged. Default: true. */
  readonly packages?: boolean;
  /** Whether the command line and the working directory are logged. Default: true. */
  readonly arguments?: boolean;
}

const maxArguments = 100;
const maxArgumentCharacters = 1_000;

/** The versions of what the program runs on. */
function runtimes(): Record<string, string> {
  const { node = '', bun, deno } = process.versions as Record<string, string | undefined>;
  return { node, ...(bun ? { bun } : {}), ...(deno ? { deno } : {}) };
}

/** What is logged. What cannot be found out is left out. */
async function describe({ packages = true, arguments: withArguments = true }: EnvironmentOptions) {
  const script = process.argv[1];
  const folder = script ? dirname(script) : process.cwd();
  const git = await readGit(folder);
  const jobs = jobsOf(environment());
  const argv = process.argv.slice(0, maxArguments).map((argument) => argument.slice(0, maxArgumentCharacters));
  return {
    ...runtimes(),
    platform: `${platform()} ${release()} ${arch()}`,
    host: hostname(),
    cpus: availableParallelism(),
    executable: process.execPath,
    ...(withArguments ? { argv: argv.slice(1), cwd: process.cwd() } : {}),
    ...(git ? { git: Object.fromEntries(Object.entries(git).filter(([, value]) => value !== undefined)) } : {}),
    ...(Object.keys(jobs).length > 0 ? { jobs } : {}),
    ...(packages ? { packages: readPackages(folder) } : {}),
  };
}

/**
 * Logs to the run what its code runs in, as an object under the key `environment`: the versions of Node and of the packages
 * that the program depends on, the machine, the command line, the git commit, and what CI or the scheduler says of the job.
 * Call it once, in the body of a run or in a step. No variable of the environment is logged but those that name the job.
 * Resolves once it is logged, as `logMetadata` logs in a step.
 */
export async function logEnvironment(options: EnvironmentOptions = {}): Promise<void> {
  checkOptions('logEnvironment', options, { packages: true, arguments: true });
  if (isDisabled()) return;
  const run = currentRun();
  if (!run) throw badInput('logEnvironment() logs to a run: call it inside pipelineRun(…) or step(…).');
  logMetadata({ environment: await describe(options) }, { run: run.id, buffered: true });
}
