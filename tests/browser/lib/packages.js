// The two packages the stories need. `cargo test` installs them beside what it builds and says where; a person who runs
// a story by hand installs them here with `npm ci`.
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const folder = process.env.ACCRUE_BROWSER_PACKAGES ?? fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(path.join(folder, 'package.json'));

export const { chromium } = require('playwright-core');

export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** The browser that is on the machine; none is ever downloaded. */
export function chromiumPath() {
  const named = process.env.CHROME;
  if (named) return named;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const files = folders.flatMap((each) => names.map((name) => path.join(each, name)));
  const found = files.find((file) => existsSync(file));
  if (!found) throw new Error('no chromium in PATH; set CHROME to one');
  return found;
}
