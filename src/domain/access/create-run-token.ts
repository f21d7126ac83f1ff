import { badInput, conflict, notFound } from '../../errors.ts';
import type { Writer } from '../../storage/postgres/database.ts';
import { findStepById } from '../../storage/runs/steps.ts';
import { type Actor, account, tellAudit } from '../audit.ts';
import { requireRun } from '../find-run.ts';
import { quote } from '../value/quote.ts';
import { longestTokenDays, signToken } from './run-token.ts';

export type CreateRunToken = { run: string; stepId?: string | null | undefined; expiresAt?: Date | null | undefined };

const dayMs = 86_400_000;
const usualDays = 7;

/**
 * A secret that can log to one run, or to one step of it, start and end its steps, and read it: until the run ends or the
 * time is over, a week from now where none is given. It is signed, not stored.
 * @throws BAD_USER_INPUT for a time that has passed or is more than 30 days ahead; NOT_FOUND, AMBIGUOUS; CONFLICT when the
 *   run has ended.
 */
export async function createRunToken(
  db: Writer,
  actor: Actor,
  { run: ref, stepId = null, expiresAt }: CreateRunToken,
): Promise<{ token: string; expiresAt: Date }> {
  const run = await requireRun(db, ref);
  if (run.status !== 'RUNNING' && run.status !== 'CRASHED')
    throw conflict(`The run ${quote(run.name)} is ${run.status}: a token for it would be of no use.`);
  if (stepId !== null && (await findStepById(db, stepId))?.runId !== run.id)
    throw notFound(`The run ${quote(run.name)} (${run.id}) has no step with the id ${stepId}.`);
  const until = expiresAt?.getTime() ?? Date.now() + usualDays * dayMs;
  if (until <= Date.now() || until > Date.now() + longestTokenDays * dayMs)
    throw badInput(`expiresAt must lie ahead, by ${longestTokenDays} days at most.`);
  const token = await signToken(db, { runId: run.id, stepId, expiresAt: until });
  const done = { action: 'CREATE_RUN_TOKEN', subject: run.name, pipeline: run.pipeline, runId: run.id } as const;
  await account(db.prisma, actor, done);
  tellAudit(actor, done);
  return { token, expiresAt: new Date(Math.floor(until / 1_000) * 1_000) };
}
