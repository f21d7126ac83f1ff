import { hasColours, type Style, styleOf } from './style.ts';

/** Where a command writes to, and how. */
export interface Output {
  readonly style: Style;
  /** How wide a line may be; undefined where nobody looks, and nothing is cut. */
  readonly width: number | undefined;
  readonly isTerminal: boolean;
  print(line: string): void;
  /** Writes as it is. Resolves once it may go on, so that what is read slowly is not gathered in memory. */
  write(text: string): Promise<void>;
}

/** A width that somebody set by hand; that of the terminal is known without. */
function widthByHand(text: string | undefined): number | undefined {
  return text && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}

/** What is known of standard output. */
type Stdout = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

/** Standard output. A terminal's width counts, or COLUMNS. */
export function openOutput(
  env: Readonly<Record<string, string | undefined>> = process.env,
  stdout: Stdout = process.stdout,
): Output {
  const isTerminal = stdout.isTTY === true;
  return {
    style: styleOf(hasColours(isTerminal, env)),
    width: isTerminal ? stdout.columns || widthByHand(env['COLUMNS']) : widthByHand(env['COLUMNS']),
    isTerminal,
    print: (line) => void stdout.write(`${line}\n`),
    write: (text) =>
      new Promise((resolve) => {
        // It is called, with an error, also where the reader is gone and takes nothing any more.
        if (stdout.write(text, () => resolve())) resolve();
      }),
  };
}
