import type { Sender } from './spool/sender.ts';

/** Takes everything, and does nothing with it: `RUNLEDGER_DISABLED=1`. */
export const noSender: Sender = {
  append() {},
  log() {},
  flush: async () => true,
  onRunStarted() {},
  lookForLeftovers() {},
  rejected: 0,
  stop() {},
  close() {},
};
