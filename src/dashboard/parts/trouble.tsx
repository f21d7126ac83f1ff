import { RunledgerError, UnavailableError } from '@runledger/client/internal/errors';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { keepApiKey, requestIdOf } from '../api/ask.ts';
import { retryDelayMs } from '../api/cache.ts';
import { Button, Input } from './controls.tsx';
import { copyText } from './copy.ts';
import styles from './trouble.module.css';

type Asked = {
  readonly error: Error | null;
  readonly failureReason: Error | null;
  readonly failureCount: number;
  readonly refetch: () => unknown;
};

/** What went wrong with a question, in the words of the service, and what can be done. What was shown stays. */
export function Trouble({ asked }: { asked: Asked }) {
  const error = asked.error ?? asked.failureReason;
  if (!error) return null;
  const code = error instanceof RunledgerError ? error.code : 'ERROR';
  if (code === 'UNAUTHENTICATED') return <AskForKey message={error.message} />;
  const isWaiting = error instanceof UnavailableError;
  return (
    <div className={styles.trouble} role="alert" data-kind={isWaiting ? 'waiting' : 'wrong'}>
      <strong>{code}</strong>
      <span>{error.message}</span>
      {isWaiting && (
        <Countdown key={asked.failureCount} delayMs={retryDelayMs(Math.max(0, asked.failureCount - 1), error)} />
      )}
      <RequestId error={error} />
      <Button onClick={() => asked.refetch()}>Try again now</Button>
    </div>
  );
}

/** What to look for in the log of the service. */
function RequestId({ error }: { error: Error }) {
  const id = requestIdOf(error);
  if (id === undefined) return null;
  return (
    <button
      type="button"
      className={styles.id}
      title="Copy the id of the request, which the log has"
      onClick={() => void copyText(id, 'the id of the request')}
    >
      request <code>{id.slice(0, 8)}</code>
    </button>
  );
}

function Countdown({ delayMs }: { delayMs: number }) {
  const [seconds, setSeconds] = useState(Math.ceil(delayMs / 1_000));
  useEffect(() => {
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <span>{seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again…'} Nothing shown here is lost.</span>;
}

function AskForKey({ message }: { message: string }) {
  const cache = useQueryClient();
  const [key, setKey] = useState('');
  return (
    <form
      className={styles.trouble}
      data-kind="wrong"
      onSubmit={(event) => {
        event.preventDefault();
        keepApiKey(key);
        // Whatever was refused is asked for again.
        void cache.invalidateQueries();
      }}
    >
      <strong>This service asks for an API key.</strong>
      <span>{message} It is kept in this tab only.</span>
      <Input
        type="password"
        autoComplete="off"
        aria-label="API key"
        placeholder="rl_…"
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <Button look="primary" type="submit">
        Use this key
      </Button>
    </form>
  );
}
