// Step 3: measures the forest on rows that it was not trained on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Float, logMetadata } from '@runledger/client';
import { RandomForestClassifier } from 'ml-random-forest';

const folder = process.argv[2];
const { classes, test } = JSON.parse(readFileSync(join(folder, 'split.json'), 'utf8'));
const forest = RandomForestClassifier.load(JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')));
const predicted = forest.predict(test.map((row) => row.features));

/** One row per true class, one column per predicted class. */
const confusion = classes.map(() => classes.map(() => 0));
for (const [index, { label }] of test.entries()) confusion[label][predicted[index]] += 1;

const ratio = (part, whole) => (whole === 0 ? 0 : part / whole);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const perClass = classes.map((name, index) => {
  const hits = confusion[index][index];
  const precision = ratio(hits, sum(confusion.map((row) => row[index])));
  const recall = ratio(hits, sum(confusion[index]));
  return [name, { precision, recall, f1: ratio(2 * precision * recall, precision + recall) }];
});

logMetadata({
  // Float, so that a perfect 1 is stored as a float like any other accuracy.
  accuracy: Float(ratio(sum(classes.map((_, index) => confusion[index][index])), test.length)),
  per_class: Object.fromEntries(perClass),
  confusion_matrix: confusion,
});
