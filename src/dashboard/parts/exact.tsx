import { isRawJson, stringifyJson } from '@runledger/client/json';
import styles from './exact.module.css';

const maxMembers = 500;

function isBranch(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isRawJson(value)) return false;
  const members = Object.values(value);
  // A short list of plain things reads better in a line.
  return (
    members.length > 0 &&
    !(Array.isArray(value) && members.length <= 12 && members.every((item) => typeof item !== 'object'))
  );
}

/** A value to the last digit; lists and objects can be opened level by level. Text is text, whatever is in it. */
export function Exact({ value, open = true }: { value: unknown; open?: boolean }) {
  if (!isBranch(value)) return <bdi className={styles.leaf}>{stringifyJson(value)}</bdi>;
  const members = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return (
    <details className={styles.tree} open={open}>
      <summary>
        {left}
        {members.length}
        {right}
      </summary>
      <ul>
        {members.slice(0, maxMembers).map(([name, item]) => (
          <li key={name}>
            <bdi className={styles.name}>{name}</bdi> <Exact value={item} open={false} />
          </li>
        ))}
        {members.length > maxMembers && <li>… and {members.length - maxMembers} more: copy the value to see all.</li>}
      </ul>
    </details>
  );
}
