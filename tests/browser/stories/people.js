// The people of a program: invited by a link, each shown what their role may see, and let in with a second factor.
import assert from 'node:assert/strict';
import { DESK, LOOKS } from '../lib/browser.js';
import { codeOf, signIn, signOut } from '../lib/account.js';
import { copied } from '../lib/desk.js';
import { story } from '../lib/story.js';
import { explore } from '../lib/walk.js';

const VERA = { name: 'Vera Lindqvist', email: 'vera@alderfinch.example', password: 'nine copper kettles in a row' };
const MAX = { name: 'Max Oduya', email: 'max@alderfinch.example', password: 'a lighthouse without any stairs' };

/** Where a viewer may send a form to: what is their own. */
const OWN = /^\/(theme|sign-out|admin\/[^/]+\/(current|settings\/(security|programs)))(\/|$)/;

await story('People are invited, see what is theirs, and sign in with a second factor', async ({ browser, facts, says }) => {
  const users = `/admin/${facts.program.slug}/settings/users`;
  const owner = await browser.person();
  await signIn(owner, facts.admin);
  const vera = await join(browser, await invite(owner, users, VERA.email, 'Viewer'), VERA);
  const max = await join(browser, await invite(owner, users, MAX.email, 'Manager'), MAX);
  says('two people joined');
  await owner.visits(users);
  await owner.pictures('users');
  const keys = facts.campaigns.map(({ api_key: key }) => key);
  const shown = await look(vera, facts, keys);
  assert.deepEqual(shown.keys, [], 'a viewer is not given a key');
  assert.deepEqual(shown.actions.filter((action) => !OWN.test(action)), [], 'a viewer is offered nothing that changes the program');
  says(`a viewer sees ${shown.pages} pages`);
  const managed = await look(max, facts, keys);
  assert.ok(managed.keys.length > 0, 'a manager is given the keys');
  assert.ok(managed.pages > shown.pages, 'a manager sees more than a viewer');
  says(`a manager sees ${managed.pages} pages`);
  await vera.visits(users, 403);
  await vera.visits(`/admin/${facts.program.slug}/campaigns/new?kind=link`, 403);
  await secondFactor(browser, vera, facts);
  says('the second factor');
  await password(vera, facts);
});

/** Makes an invitation; returns its link. */
async function invite(owner, users, email, role) {
  const { page } = owner;
  await owner.visits(users);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Role', { exact: true }).selectOption({ label: role });
  await owner.leads(() => page.getByRole('button', { name: 'Create an invitation link' }).click());
  return copied(owner, page.locator('.section').filter({ hasText: email }), `invitation of ${email}`);
}

/** Follows an invitation through every look, and accepts it at a desk. */
async function join(browser, link, { name, password: chosen }) {
  for (const each of LOOKS.slice(1)) {
    const person = await browser.person(each);
    await person.visits(link);
    await person.leaves();
  }
  const person = await browser.person(DESK);
  await person.visits(link);
  await person.page.getByLabel('Your name').fill(name);
  await person.page.getByLabel('Password').fill('password');
  await person.leads(() => person.page.getByRole('button', { name: 'Create account and join' }).click(), 422);
  await person.page.getByLabel('Password').fill(chosen);
  await person.leads(() => person.page.getByRole('button', { name: 'Create account and join' }).click());
  await person.page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  const late = await browser.person(DESK);
  await late.visits(link, 410);
  await late.page.getByText('cannot be used any more').first().waitFor();
  await late.leaves();
  return person;
}

/** Everything somebody can reach: how many pages, where their forms lead, which keys stand in them. */
async function look(person, facts, keys) {
  const actions = new Set();
  const found = new Set();
  person.whenInspected = async (page) => {
    const html = await page.content();
    for (const key of keys) if (html.includes(key)) found.add(key);
    const here = await page.evaluate(() => [...document.querySelectorAll('button:not([type=button], :disabled)')]
      .filter((button) => button.form?.getAttribute('method') === 'post')
      .map((button) => button.getAttribute('formaction') ?? button.form.getAttribute('action') ?? '')
      .map((action) => new URL(action, document.baseURI).pathname));
    here.forEach((action) => actions.add(action));
  };
  person.looksClosely = false;
  const pages = await explore(person, ['/']);
  person.looksClosely = true;
  person.whenInspected = undefined;
  return { pages: pages.length, actions: [...actions], keys: [...found] };
}

/** Turned on with an authenticator, asked for at the next sign-in, and replaced by a recovery code once. */
async function secondFactor(browser, vera, { program }) {
  const { page } = vera;
  const security = `/admin/${program.slug}/settings/security`;
  await vera.visits(security);
  await vera.leads(() => page.getByRole('link', { name: 'Turn on' }).click());
  await vera.pictures('second-factor');
  const secret = await page.locator('#totp-secret').innerText();
  await page.locator('[name=code]').fill('000000');
  await page.getByLabel('Your password').fill(VERA.password);
  await vera.leads(() => page.getByRole('button', { name: 'Turn on' }).click(), 422);
  assert.equal(await page.locator('#totp-secret').innerText(), secret, 'a wrong code changes nothing');
  await page.locator('[name=code]').fill(codeOf(secret));
  await page.getByLabel('Your password').fill(VERA.password);
  await vera.leads(() => page.getByRole('button', { name: 'Turn on' }).click());
  const codes = (await copied(vera, page.locator('.snippet'), 'the recovery codes')).trim().split(/\s+/);
  assert.equal(codes.length, 10);
  await vera.leads(() => page.getByRole('link', { name: 'I have kept them' }).click());
  await signOut(vera, VERA.name);
  for (const each of LOOKS.slice(1)) {
    const person = await browser.person(each);
    await signIn(person, VERA);
    await person.page.getByRole('heading', { name: 'Second factor' }).waitFor();
    await person.leaves();
  }
  await signIn(vera, VERA);
  await page.locator('[name=code]').fill('000 000');
  await vera.leads(() => page.locator('main form button[type=submit]').first().click(), 422);
  await page.locator('[name=code]').fill(codes[0]);
  await vera.leads(() => page.locator('main form button[type=submit]').first().click());
  await page.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
  const again = await browser.person(DESK);
  await signIn(again, VERA);
  await again.page.locator('[name=code]').fill(codes[0]);
  await again.leads(() => again.page.locator('main form button[type=submit]').first().click(), 422);
  await again.leaves();
  await vera.visits(security);
  await vera.pictures('security');
}

/** The old password is asked for; a new one signs every other browser out. */
async function password(vera, { program }) {
  const { page } = vera;
  await vera.visits(`/admin/${program.slug}/settings/security`);
  const change = async (current, status) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password').fill('eleven slow trains at dusk');
    await vera.leads(() => page.getByRole('button', { name: 'Change password' }).click(), status);
  };
  await change('not the password', 422);
  await change(VERA.password, 200);
}
