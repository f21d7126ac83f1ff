interface Span {
  readonly startedAt: string;
  readonly endedAt: string | null;
}

const eighths = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/** A bar from start to end of a part in the time of the whole, to the eighth of a column. */
export function timelineBar(part: Span, whole: Span, width: number, now: number): string {
  const from = Date.parse(whole.startedAt);
  const length = Math.max(1, (whole.endedAt === null ? now : Date.parse(whole.endedAt)) - from);
  const columnOf = (ms: number) => Math.min(width, Math.max(0, ((ms - from) / length) * width));
  const start = Math.min(width - 1, Math.floor(columnOf(Date.parse(part.startedAt))));
  const end = columnOf(part.endedAt === null ? now : Date.parse(part.endedAt));
  const filled = Math.max(1, Math.round((end - start) * 8));
  const bar = '█'.repeat(Math.floor(filled / 8)) + (filled % 8 === 0 ? '' : (eighths[filled % 8] ?? ''));
  return ' '.repeat(start) + bar;
}
