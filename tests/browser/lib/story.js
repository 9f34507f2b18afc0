// How a story file begins and ends: it is given a browser and facts, and fails with everything that was found.
import { readFileSync } from 'node:fs';
import { Browser } from './browser.js';
import { Findings } from './findings.js';

/** Tells a story. `tell` receives `{ browser, facts, findings, says }`. */
export async function story(title, tell) {
  const began = Date.now();
  const says = (line) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const facts = process.env.ACCRUE_STORY_FACTS ? JSON.parse(readFileSync(process.env.ACCRUE_STORY_FACTS, 'utf8')) : {};
  const findings = new Findings();
  const origin = process.env.ACCRUE_STORY_URL;
  let browser;
  try {
    says(title);
    browser = await Browser.start({ origin: origin ?? 'http://127.0.0.1:1', findings, pictures: process.env.ACCRUE_SCREENSHOTS });
    await tell({ browser, facts, findings, says });
  } catch (error) {
    findings.add('story', 'here it ended', error.stack ?? String(error));
  }
  await browser?.close();
  if (findings.count) {
    console.log(`\n${findings.count} faults:\n${findings.text}`);
  } else {
    says('told to its end, nothing found');
  }
  process.exit(findings.count ? 1 : 0); // older versions of node would wait for connections that nobody uses any more
}
