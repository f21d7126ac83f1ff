// Fails when something that is installed with `runledger` has a licence that is not on the list. Of the client nothing else is.
import { readFileSync } from 'node:fs';

/** They ask for no more than to be named. */
const allowed = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'PostgreSQL', 'Unlicense'];

const { packages } = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));

/** Whether a licence in SPDX is one of those, or offers one. */
function isAllowed(licence) {
  const choices = licence.replace(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((name) => allowed.includes(name)));
}

const wrong = Object.entries(packages).filter(
  ([path, { dev, devOptional, link, license }]) =>
    path !== '' && !dev && !devOptional && !link && !isAllowed(String(license)),
);
for (const [path, { license }] of wrong) console.error(`${path.replace('node_modules/', '')}: ${license}`);
if (wrong.length > 0) {
  console.error(
    '\nThese licences are not on the list of scripts/check-licences.js: do without, or say there why it is one.',
  );
  process.exit(1);
}
