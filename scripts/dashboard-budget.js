// What the page may weigh, in kB as they are sent with gzip. The build fails when it weighs more.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const budget = { firstScripts: 130, firstStyles: 8, lazyScript: 35 };

/** Weighs a built page, and says what is too heavy: nothing, where all is well. */
export function weigh(folder) {
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const assets = readdirSync(join(folder, 'assets'));
  const kB = (name) => statSync(join(folder, 'assets', `${name}.gz`)).size / 1_000;
  const isFirst = (name) => html.includes(`/assets/${name}`);
  const sum = (names) => names.reduce((total, name) => total + kB(name), 0);
  const scripts = assets.filter((name) => name.endsWith('.js'));
  const styles = assets.filter((name) => name.endsWith('.css'));
  const weights = [
    ['scripts of the first load', sum(scripts.filter(isFirst)), budget.firstScripts],
    ['styles of the first load', sum(styles.filter(isFirst)), budget.firstStyles],
    ...scripts.filter((name) => !isFirst(name)).map((name) => [name, kB(name), budget.lazyScript]),
  ];
  return weights.flatMap(([what, weight, limit]) =>
    weight <= limit ? [] : [`${what}: ${weight.toFixed(1)} kB gzipped, ${limit} at most`],
  );
}
