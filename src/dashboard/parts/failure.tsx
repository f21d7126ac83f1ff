import styles from './failure.module.css';

type Props = {
  failure: { readonly type: string; readonly message: string; readonly traceback: string | null };
  what: string;
};

/** Why something failed, as its process said. */
export function FailureNote({ failure, what }: Props) {
  return (
    <div className={styles.failure} role="note">
      <p>
        <strong>{what}</strong> <bdi>{failure.type}</bdi>: <bdi>{failure.message}</bdi>
      </p>
      {failure.traceback && (
        <details>
          <summary>Traceback</summary>
          <pre>{failure.traceback}</pre>
        </details>
      )}
    </div>
  );
}
