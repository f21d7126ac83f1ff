/** Asks again and again until the answer is true. @throws after ten seconds, naming what was waited for. */
export async function until(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`Waited ten seconds for this in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
