import { readdirSync, readFileSync } from 'node:fs';

/** The name and the licence's text of each package that modules of a bundle come from: what the licences ask for. */
export function noticesOf(/** @type {string[]} */ moduleIds) {
  const folders = moduleIds.map((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]);
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  return packages.map(noticeOf).join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(/** @type {string} */ folder) {
  const about = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const { name, version, license } = about;
  const text = textOf(folder) || readmeOf(folder) || (license === 'MIT' && about.author ? mitOf(about.author) : '');
  if (!text)
    throw new Error(`${name} ${version} comes without the text of its licence, which has to go along with it.`);
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** What stands in files of its own. */
function textOf(/** @type {string} */ folder) {
  const files = readdirSync(folder).filter((each) => /^(licen[cs]e|copying|notice)\b/i.test(each));
  return files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim()).join('\n\n');
}

/** Some have it at the end of what they say of themselves. */
function readmeOf(/** @type {string} */ folder) {
  const file = readdirSync(folder).find((each) => /^readme/i.test(each));
  const section = file && /^#+ licen[cs]e\s+([^#]*copyright[^#]*)/im.exec(readFileSync(`${folder}/${file}`, 'utf8'));
  return section ? section[1]?.trim() : '';
}

/** The licence by its name: https://spdx.org/licenses/MIT.html */
function mitOf(/** @type {string | { name: string }} */ author) {
  return `Copyright (c) ${typeof author === 'string' ? author : author.name}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
