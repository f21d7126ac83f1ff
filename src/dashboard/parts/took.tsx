import { formatAgo, formatDuration, formatMoment } from '../../format/time.ts';
import { useNow } from './now.ts';

type Span = { readonly startedAt: string; readonly endedAt: string | null };

function Running({ since }: { since: string }) {
  return <>{formatDuration(useNow() - Date.parse(since))}</>;
}

/** How long something took, or has taken until now. */
export function Took({ startedAt, endedAt, isRunning }: Span & { isRunning: boolean }) {
  if (endedAt !== null) return <>{formatDuration(Date.parse(endedAt) - Date.parse(startedAt))}</>;
  return isRunning ? <Running since={startedAt} /> : <>–</>;
}

/** A moment as an age, with the moment itself on hover. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {formatAgo(at, now)}
    </time>
  );
}
