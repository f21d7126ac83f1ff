// Builds, unless dist was built from the very files that are here now: what `npm start` needs, in no time where nothing changed.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hashOfSources, stamp } from './build-stamp.js';

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hashOfSources()) {
  const options = { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: /** @type {const} */ ('inherit') };
  for (const script of ['generate.js', 'build.js']) {
    execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], options);
  }
}
