// Somebody without a mouse: everything can be reached, what has the focus can be seen, and it comes back to where it was.
import assert from 'node:assert/strict';
import { DESK, LOOKS } from '../lib/browser.js';
import { signIn } from '../lib/account.js';
import { story } from '../lib/story.js';

const PHONE = LOOKS.find(({ width, script }) => width < 500 && script);

await story('Everything can be done by keyboard', async ({ browser, facts, says }) => {
  const admin = `/admin/${facts.program.slug}`;
  const pia = await browser.person(DESK);
  await signInByKeyboard(pia, facts.admin);
  await skip(pia, `${admin}/campaigns`);
  await marketing(pia);
  await theme(pia);
  says('the top bar');
  await quickAccess(pia, `${admin}/campaigns`);
  await cards(pia, `${admin}/campaigns/new?kind=link`);
  await refusedForm(pia, `${admin}/affiliates/new`);
  says('dialogs, cards and forms');
  const long = facts.campaigns.find(({ method }) => method === 's2s_api').id;
  for (const look of [DESK, PHONE]) {
    const person = await browser.person(look, await pia.remembers());
    const pages = ['campaigns', `campaigns/${long}?tab=general`, `campaigns/${long}?tab=integration`, 'conversions', 'affiliates/new', 'settings/security'];
    for (const page of pages) await tabThrough(person, `${admin}/${page}`);
    says(`every stop can be seen at ${look.name}`);
  }
  await hamburger(await browser.person(PHONE, await pia.remembers()), `${admin}/campaigns`);
});

/** What has the focus, as a person would name it. */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const words = element.innerText?.trim().replace(/\s+/g, ' ').slice(0, 60);
    return element.getAttribute('aria-label') ?? (words || element.id || element.name || element.localName);
  });
}

async function assertFocus(page, words, why) {
  await page.waitForFunction((wanted) => {
    const element = document.activeElement;
    return [element.getAttribute('aria-label'), element.innerText?.trim(), element.id, element.name].includes(wanted);
  }, words, { timeout: 3000 }).catch(() => {});
  const now = await page.evaluate(() => [document.activeElement.getAttribute('aria-label'), document.activeElement.innerText?.trim(),
    document.activeElement.id, document.activeElement.name]);
  assert.ok(now.includes(words), `${why}: "${words}" has not the focus, but ${JSON.stringify(now)}`);
}

/** Presses Tab until this has the focus. */
async function tabTo(page, words) {
  for (let presses = 0; presses < 120; presses += 1) {
    if ((await focused(page)).startsWith(words)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to "${words}"`);
}

async function signInByKeyboard(pia, { email, password }) {
  const { page } = pia;
  await pia.visits('/sign-in');
  await tabTo(page, 'email');
  await page.keyboard.type(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await pia.leads(() => page.keyboard.press('Enter'));
}

async function skip(pia, address) {
  const { page } = pia;
  await pia.visits(address);
  await page.keyboard.press('Tab');
  await assertFocus(page, 'Skip to content', 'the first stop');
  assert.ok(await page.getByRole('link', { name: 'Skip to content' }).isVisible());
  await page.keyboard.press('Enter');
  await assertFocus(page, 'main', 'skipping leads to the content');
  await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement.closest('#main') !== null), 'the next stop lies in the content');
}

async function marketing(pia) {
  const { page } = pia;
  const menu = page.locator('[aria-labelledby=marketing]');
  await page.evaluate(() => document.activeElement.blur());
  await tabTo(page, 'Marketing');
  await page.keyboard.press('Enter');
  await menu.waitFor();
  assert.equal(await page.locator('#marketing').getAttribute('aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  await assertFocus(page, 'Campaigns', 'arrows walk through the menu');
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'hidden' });
  await assertFocus(page, 'Marketing', 'Escape gives the focus back');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await pia.leads(() => page.keyboard.press('Enter'));
  assert.match(page.url(), /\/affiliates$/);
}

async function theme(pia) {
  const { page } = pia;
  const current = () => page.evaluate(() => document.documentElement.dataset.bsTheme);
  assert.equal(await current(), 'light');
  for (const [word, shown] of [['Dark', 'dark'], ['Light', 'light']]) {
    await tabTo(page, await page.locator('.dropdown > button.bar-btn').innerText().then((text) => text.replace(/\s+/g, ' ').trim()));
    await page.keyboard.press('Enter');
    await page.locator('.theme-choice').waitFor();
    await page.keyboard.press('Tab');
    await tabTo(page, word);
    await page.keyboard.press('Enter');
    await page.waitForFunction((wanted) => document.documentElement.dataset.bsTheme === wanted, shown);
    await page.keyboard.press('Escape');
    await pia.visits(new URL(page.url()).pathname);
    assert.equal(await current(), shown, 'the theme stays');
  }
}

async function quickAccess(pia, address) {
  const { page } = pia;
  await pia.visits(address);
  const opener = 'S2S API setup of Alderfinch shop';
  await tabTo(page, opener);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await pia.inspects('the dialog by keyboard');
  // After the last stop the browser's own bar has the focus for a moment; nothing of the page behind may have it.
  const inside = () => page.evaluate(() => document.activeElement.matches('body, .modal, .modal *'));
  await page.waitForFunction(() => document.activeElement.closest('.modal') !== null);
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    assert.ok(await inside(), `the focus leaves the dialog after ${presses + 1} presses`);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await assertFocus(page, opener, 'closing the dialog gives the focus back');
}

async function cards(pia, address) {
  const { page } = pia;
  await pia.visits(address);
  await tabTo(page, 'Integration Setup');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Choose Your Integration Method' }).waitFor();
  await tabTo(page, 'method');
  const chosen = () => page.evaluate(() => document.querySelector('[name=method]:checked').value);
  const first = await chosen();
  await page.keyboard.press('ArrowRight');
  const second = await chosen();
  assert.notEqual(second, first, 'arrows choose a card');
  await page.locator(`.method-panel[data-method=${second}]`).waitFor();
  await page.locator(`.method-panel[data-method=${first}]`).waitFor({ state: 'hidden' });
}

async function refusedForm(pia, address) {
  const { page } = pia;
  await pia.visits(address);
  await tabTo(page, 'name');
  await page.keyboard.type(' ');
  await pia.leads(() => page.keyboard.press('Enter'), 422);
  await page.waitForFunction(() => document.activeElement.matches('[role=alert], [aria-invalid=true]'), null, { timeout: 3000 })
    .catch(async () => assert.fail(`a refused form begins with what is wrong, not with ${await focused(page)}`));
}

async function hamburger(pia, address) {
  const { page } = pia;
  await pia.visits(address);
  await tabTo(page, 'Menu');
  await page.keyboard.press('Enter');
  await page.locator('#menu.show').waitFor();
  await tabTo(page, 'Settings');
  await pia.leads(() => page.keyboard.press('Enter'));
}

/** Every stop on a page has a visible mark and is not covered by something else. */
async function tabThrough(person, address) {
  const { page } = person;
  await person.visits(address);
  const seen = new Set();
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(stopInPage);
    if (!stop || seen.has(stop.key)) break;
    seen.add(stop.key);
    if (!stop.isMarked) person.note('focus', `cannot be seen on ${stop.name}`);
    if (stop.cover) person.note('focus', `${stop.name} lies under ${stop.cover}`);
  }
  assert.ok(seen.size > 5, `${address} has only ${seen.size} stops`);
}

/** Runs in the page: what has the focus, whether that can be seen, and what lies over it. */
function stopInPage() {
  const element = document.activeElement;
  if (element === document.body) return null;
  const name = element.outerHTML.replace(/\s+/g, ' ').slice(0, 110);
  // A hidden input is drawn by its label, a radio in a card by the card.
  const marked = [element, element.closest('.method-card, .form-check, .input-group'), document.querySelector(`label[for="${element.id}"]`)];
  const isMarked = marked.filter(Boolean).some((each) => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
  });
  const shown = element.classList.contains('btn-check') ? marked[2] : element;
  const box = (shown ?? element).getBoundingClientRect();
  const [x, y] = [box.x + Math.min(box.width, 40) / 2, box.y + Math.min(box.height, 40) / 2];
  const top = document.elementFromPoint(x, y);
  const isCovered = top && !(shown ?? element).contains(top) && !top.contains(shown ?? element) && !top.closest('label, .form-check');
  element.dataset.stop ??= String(Math.random());
  return { key: element.dataset.stop, name, isMarked, cover: isCovered ? top.outerHTML.replace(/\s+/g, ' ').slice(0, 80) : '' };
}
