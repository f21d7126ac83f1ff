const everyMs = 200;

/** Shows on a terminal, in one line that is written over, how far something has come; elsewhere nothing. */
export function createProgress(isTerminal: boolean, write: (text: string) => void) {
  let shownAt = 0;
  return {
    show(line: () => string): void {
      if (!isTerminal || Date.now() - shownAt < everyMs) return;
      shownAt = Date.now();
      write(`\r${line()}\x1b[K`);
    },
    /** Takes the line away. */
    clear(): void {
      if (shownAt > 0) write('\r\x1b[K');
    },
  };
}

/** `1 run`, `12,345 runs`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
