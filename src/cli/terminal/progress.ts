const firstMs = 1_000;
const everyMs = 200;
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Tells whoever waits at a terminal what is being done, once that takes longer than a second. */
export interface Progress {
  /** What there is to say now. */
  tell(text: string): void;
  /** Takes the line away. */
  over(): void;
}

/** Begins to watch something that may take long. Says nothing where standard error is no terminal. */
function openProgress(text: string): Progress {
  const { stderr } = process;
  if (!stderr.isTTY || process.env['TERM'] === 'dumb') return { tell: () => {}, over: () => {} };
  const startedAt = performance.now();
  let said = text;
  let isShown = false;
  let frame = 0;
  const show = () => {
    const seconds = Math.floor((performance.now() - startedAt) / 1_000);
    stderr.write(`\r\u001b[2K${frames[frame++ % frames.length]} ${said} (${seconds} s)`);
    isShown = true;
  };
  let repeat: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    show();
    repeat = setInterval(show, everyMs);
    repeat.unref();
  }, firstMs);
  first.unref();
  return {
    tell(next) {
      said = next;
    },
    over() {
      clearTimeout(first);
      clearInterval(repeat);
      if (isShown) stderr.write('\r\u001b[2K');
      isShown = false;
    },
  };
}

/** Does something under the eyes of whoever waits for it. */
export async function withProgress<T>(text: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = openProgress(text);
  try {
    return await work(progress);
  } finally {
    progress.over();
  }
}
