/** The table whose rows become many, and what stands beside it while it is partitioned. */
export const table = 'metadata_entry';
/** Its partitioned successor, until both change names. */
export const successor = 'metadata_entry_parts';
/** Itself, afterwards. */
export const predecessor = 'metadata_entry_unpartitioned';
/** What was deleted meanwhile, and is to be deleted from the successor. */
export const gone = 'metadata_entry_gone';
/** The function, and the beginning of the names of the triggers, that tell the successor of what is written. */
export const mirror = 'metadata_entry_mirror';

/** Up to where the table has been copied and checked, in blocks, as rows of ledger_mark. */
export const marks = {
  copied: 'partition_copied',
  end: 'partition_end',
  file: 'partition_file',
  checked: 'partition_checked',
};

/** Two commands must not work at it at once; any number will do. */
export const lockId = 7_286_518_342n;

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
