import type { Caller } from '../domain/caller.ts';
import { addReading, type ClockReading } from '../measure/clock.ts';
import type { RequestNote } from '../measure/request.ts';
import type { WholeAnswer } from './answer.ts';

/** A question as it came, for whoever answers it elsewhere. */
export type AsideQuestion = {
  caller: Caller;
  accept: string | undefined;
  id: string;
  address: string | null;
  /** Whether to say what was done for it, piece by piece. */
  isTraced: boolean;
  text: { body: string } | { search: string };
};

/** The answer, and what is to be noted of it. `body` is UTF-8. */
export type AsideAnswer = Omit<WholeAnswer, 'body'> & {
  body: Buffer;
  code: string;
  clock: ClockReading;
  /** How far the clock of whoever answered is behind ours. */
  offsetMs: number;
};

/** Whoever answers dear questions beside the event loop that all others share. */
export type Aside = {
  /** From what cost on a query is answered there. */
  fromCost: number;
  /** Null, at once or soon, where nobody is there: then it is answered here. */
  answer(question: AsideQuestion): Promise<AsideAnswer | null> | null;
};

/** Notes what came of a question that was answered elsewhere. */
export function noteAside(note: RequestNote, { code, clock, offsetMs }: AsideAnswer): void {
  note.code = code;
  addReading(note.clock, clock, offsetMs);
}
