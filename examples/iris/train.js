// Step 2: trains a random forest on the training rows.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { logMetadata, StorageSize, Uri } from '@runledger/client';
import { RandomForestClassifier } from 'ml-random-forest';

const folder = process.argv[2];
const { train } = JSON.parse(readFileSync(join(folder, 'split.json'), 'utf8'));
const features = train.map((row) => row.features);
const labels = train.map((row) => row.label);
const options = { seed: 3, maxFeatures: 0.8, replacement: true, nEstimators: 25 };

const start = performance.now();
const forest = new RandomForestClassifier({ ...options, useSampleBagging: true });
forest.train(features, labels);
const seconds = (performance.now() - start) / 1000;
const correct = forest.predict(features).filter((label, index) => label === labels[index]).length;

const file = join(folder, 'model.json');
writeFileSync(file, JSON.stringify(forest.toJSON()));
logMetadata({
  options,
  training_seconds: seconds,
  training_accuracy: correct / labels.length,
  model: Uri(pathToFileURL(file)),
  model_size: StorageSize(statSync(file).size),
});
