import { execFile } from 'node:child_process';

const timeoutMs = 2_000;

/** What git knows of the code: undefined, each of it, where it knows nothing. */
export interface GitState {
  readonly commit: string;
  readonly branch: string | undefined;
  /** Whether files that git knows differ from the commit. */
  readonly changed: boolean | undefined;
  /** Where it came from, without credentials. */
  readonly remote: string | undefined;
}

/**
 * What a git command prints; undefined where it fails, or there is no git. Asking changes nothing: without locks, `status`
 * does not write the index, where one that is killed would leave a lock that stops whoever commits.
 */
function ask(folder: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const all = ['--no-optional-locks', '-C', folder, ...args];
    execFile('git', all, { timeout: timeoutMs }, (error, stdout) => resolve(error ? undefined : stdout.trim()));
  });
}

function withoutCredentials(remote: string | undefined): string | undefined {
  return remote?.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/@]*@/i, '$1');
}

/** The state of the working copy that a folder is in; undefined where it is in none. */
export async function readGit(folder: string): Promise<GitState | undefined> {
  const [commit, branch, status, remote] = await Promise.all([
    ask(folder, 'rev-parse', 'HEAD'),
    ask(folder, 'rev-parse', '--abbrev-ref', 'HEAD'),
    ask(folder, 'status', '--porcelain', '--untracked-files=no'),
    ask(folder, 'remote', 'get-url', 'origin'),
  ]);
  if (!commit) return undefined;
  const changed = status === undefined ? undefined : status !== '';
  return { commit, branch, changed, remote: withoutCredentials(remote) };
}
