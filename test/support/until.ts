/** Asks again and again until the answer is true. @throws after ten seconds, or `patienceMs`, naming what was waited for. */
export async function until(what: string, ask: () => Promise<boolean> | boolean, patienceMs = 10_000): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`Waited ${patienceMs / 1_000} s for this in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
