import { AsyncLocalStorage } from 'node:async_hooks';
import type { MetadataTarget } from './generated/operations.ts';
import { parseId } from './log-input.ts';
import { environment, type Settings, settingsOf } from './options.ts';
import { pageUrl } from './page-url.ts';
import type { RunToken } from './run-token.ts';
import { currentSubstitute } from './substitute.ts';

/** The run, and perhaps the step, in which code is running. */
export interface Scope {
  readonly settings: Settings;
  /** Undefined where the environment names a step only. `asked`: the name that was asked for; `name`: the one it has. */
  readonly run:
    | {
        readonly id: string;
        readonly name: string | undefined;
        readonly asked?: string | undefined;
        /** What its child processes show instead of the key; undefined where this process did not begin a part of it. */
        readonly token?: RunToken;
      }
    | undefined;
  readonly step: { readonly id: string; readonly name: string | undefined } | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Calls `fn` so that it and whatever it starts see the scope, but no other code that runs at the same time does. */
export function within<T>(scope: Scope, fn: () => T): T {
  return scopes.run(scope, fn);
}

/** The scope of the environment, and the variables it was read from: reading all settings anew is slow. */
let fromEnvironment: { readonly variables: string; readonly scope: Scope } | undefined;

function readEnvironment(): Scope | undefined {
  // What a test records is in no other run.
  if (currentSubstitute()) return undefined;
  const env = environment();
  const { RUNLEDGER_RUN_ID: runId, RUNLEDGER_STEP_ID: stepId, RUNLEDGER_URL: url, RUNLEDGER_API_KEY: apiKey } = env;
  if (!runId && !stepId) return undefined;
  const variables = [runId, stepId, url, apiKey].join(' ');
  if (fromEnvironment?.variables === variables) return fromEnvironment.scope;
  const scope = {
    settings: settingsOf(),
    run: runId ? { id: parseId(runId, 'RUNLEDGER_RUN_ID'), name: undefined } : undefined,
    step: stepId ? { id: parseId(stepId, 'RUNLEDGER_STEP_ID'), name: undefined } : undefined,
  };
  fromEnvironment = { variables, scope };
  return scope;
}

/** The scope that the environment hands down to code that is in none of this process. */
export function inheritedScope(): Scope | undefined {
  return scopes.getStore() ? undefined : readEnvironment();
}

/** The scope of the calling code: the one it runs in, else the one that the environment hands down. */
export function currentScope(): Scope | undefined {
  return scopes.getStore() ?? readEnvironment();
}

/** What to log to: the current step, or in the body of a run that run. */
export function currentTarget(): { readonly settings: Settings; readonly target: MetadataTarget } | undefined {
  const scope = currentScope();
  if (!scope) return undefined;
  const { settings, run, step } = scope;
  if (step) return { settings, target: { stepId: step.id } };
  return run && { settings, target: { run: run.id } };
}

/**
 * The run that the calling code belongs to: its id, its name as far as this process knows it, and the address of its page.
 * Undefined for none.
 */
export function currentRun():
  | { readonly id: string; readonly name: string | undefined; readonly url: string }
  | undefined {
  const scope = currentScope();
  return scope?.run && { id: scope.run.id, name: scope.run.name, url: pageUrl(scope.settings, scope.run.id) };
}

function isId(ref: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(ref);
}

/**
 * The environment variables by which a child process or a worker finds the current step, or in the body of a run that run:
 * `RUNLEDGER_URL`, `RUNLEDGER_RUN_ID`, `RUNLEDGER_STEP_ID` and, where a key is needed, `RUNLEDGER_API_KEY`: not the key of
 * this process, but a token that lets into that run alone and ends with it, if the service was there to give one. Merge them
 * into its environment: `spawn(command, args, { env: { ...process.env, ...stepEnvironment() } })`. Empty outside a run.
 */
export function stepEnvironment(): Record<string, string> {
  // Only what this process says is recorded by a test.
  if (currentSubstitute()) return { RUNLEDGER_DISABLED: '1' };
  const scope = currentScope();
  if (!scope) return {};
  const { settings, run, step } = scope;
  const apiKey = run?.token?.value ?? settings.apiKey();
  return {
    RUNLEDGER_URL: settings.url,
    // Empty says that there is none: what this process was itself handed down must not go on.
    RUNLEDGER_RUN_ID: run && isId(run.id) ? run.id : '',
    RUNLEDGER_STEP_ID: step?.id ?? '',
    ...(apiKey ? { RUNLEDGER_API_KEY: apiKey } : {}),
  };
}
