// What lies beside the browser: a clipboard, a shell, and a visitor's own browser.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

const CLASSED = (name) => `contains(concat(" ", @class, " "), " ${name} ")`;

/**
 * What the button `Copy {what}` within `place` puts on the clipboard. Without script there is no such button, and people
 * select the text that stands before it, revealed where it is masked.
 */
export async function copied(person, place, what) {
  const { page, look } = person;
  const button = place.locator('.copy').filter({ hasText: `Copy ${what}` }).first();
  if (!look.script) return selected(place, button);
  await page.evaluate(() => navigator.clipboard.writeText('nothing was copied'));
  await button.click();
  await page.waitForFunction(() => document.querySelector('#live').textContent === 'Copied');
  return page.evaluate(() => navigator.clipboard.readText());
}

async function selected(place, button) {
  assert.equal(await button.isVisible(), false, 'a button that does nothing is not shown');
  const box = button.locator(`xpath=ancestor::*[${CLASSED('secret')} or ${CLASSED('snippet')}][1]`);
  const reveal = place.locator('.reveal-input').first();
  if (await reveal.count() && !await reveal.isChecked()) await place.locator('label.reveal-off').first().click();
  const text = box.locator('code.value, pre:visible code').first();
  return (await text.innerText()).trim();
}

/** Follows a link as a visitor's browser does; returns the click token that the shop is given. */
export async function follow(link) {
  const answer = await fetch(link, {
    redirect: 'manual',
    headers: {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate',
    },
  });
  assert.equal(answer.status, 302);
  const token = new URL(answer.headers.get('location')).searchParams.get('click_token');
  assert.match(token, /^clk_/);
  return token;
}

/** Pastes lines into a shell; returns the JSON they print. */
export function runInShell(lines) {
  const printed = execFileSync('/bin/sh', ['-c', lines], { encoding: 'utf8', timeout: 30_000, stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(printed);
}
