/** Whether what `fetch` threw, or was made of it, says that nothing listens there. */
function isRefused(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && cause.code === 'ECONNREFUSED') return true;
  return false;
}

/** Whether nothing listens at a URL of this machine. */
export function isRefusedOnLoopback(error: unknown, url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname) && isRefused(error);
}
