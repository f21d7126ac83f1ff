import { newUuid } from '@runledger/client/internal/uuid';

const leaseMs = 6_000;

/**
 * Calls `lead` in one tab of the browser at a time, in this one as soon as no other does. Ends when the signal aborts.
 * Where the page was not sent over HTTPS or from this machine there are no locks: there, a lease in the storage.
 */
export async function asLeader(
  name: string,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (navigator.locks) {
    await navigator.locks.request(name, { signal }, () => lead(signal)).catch(() => {});
    return;
  }
  const own = newUuid();
  while (!signal.aborted) {
    if (takeLease(name, own)) {
      const renewing = setInterval(() => takeLease(name, own), leaseMs / 3);
      await lead(signal);
      clearInterval(renewing);
      localStorage.removeItem(name);
    }
    await new Promise((resolve) => setTimeout(resolve, leaseMs / 3));
  }
}

/** Takes or keeps the lease; false while another tab has it. */
function takeLease(name: string, own: string): boolean {
  const [holder, until] = (localStorage.getItem(name) ?? '').split(' ');
  if (holder && holder !== own && Number(until) > Date.now()) return false;
  localStorage.setItem(name, `${own} ${Date.now() + leaseMs}`);
  return true;
}
