// A merchant who has never seen Accrue: from the one-time code to a sale on the Conversions page. On the way the two
// documents that the admin is built from are walked word for word; their sentences stand here as comments.
import assert from 'node:assert/strict';
import { DESK, DESK_WITHOUT_SCRIPT } from '../lib/browser.js';
import { signIn } from '../lib/account.js';
import { copied, follow, runInShell } from '../lib/desk.js';
import { story } from '../lib/story.js';
import { throughMarketing, throughTopBar, throughUserMenu } from '../lib/top_bar.js';

const OWNER = { name: 'Marta Keller', email: 'marta@alderfinch.example', password: 'seven lanterns on a wet quay' };
const SAVE_FIRST = 'Save this campaign first. Your API key and endpoint documentation will appear here after saving.';
const PARAMETERS = ['api_key', 'click_token', 'order_id', 'order_total', 'order_currency'];
const ANSWERS = [
  '{"status":"success","message":"S2S conversion recorded successfully"',
  '{"status":"duplicate","message":"Order already recorded"',
  '{"status":"error","message":"Invalid API key"}',
];

await story('A merchant sets up Accrue and sees the first sale', async ({ browser, facts, says }) => {
  const marta = await browser.person(facts.script === false ? DESK_WITHOUT_SCRIPT : DESK);
  await setUp(marta, facts.code);
  says('set up');
  const s2s = await s2sDocument(marta, browser.origin);
  says('the S2S document is walked');
  await conversionApiDocument(marta, browser.origin);
  says('the Conversion API document is walked');
  await makeAffiliate(marta, 'Wander Weekly');
  const link = await makeLink(marta, 'Autumn Brew Sale', 'Wander Weekly');
  const token = await follow(link);
  await reportSale(marta, s2s.example, token);
  says('the sale is on the Conversions page');
  await reportWrongly(marta, s2s, token);
  await regenerate(marta, s2s, token);
  await throughUserMenu(marta, OWNER.name, 'Sign out');
  await signIn(marta, OWNER);
  await see(marta, 'Dashboard', 'h1');
});

/** Text that is there to be read, in whatever stands for `selector`. */
async function see(person, words, selector = 'main') {
  await person.page.locator(selector).getByText(words).or(person.page.locator(selector, { hasText: words })).first().waitFor();
}

async function setUp(marta, code) {
  const { page } = marta;
  await marta.visits('/');
  assert.equal(new URL(page.url()).pathname, '/set-up');
  await see(marta, 'Set up Accrue', 'h1');
  const fill = async (given) => {
    await page.getByLabel('One-time code').fill(given);
    await page.getByLabel('Name', { exact: true }).fill(OWNER.name);
    await page.getByLabel('E-mail').fill(OWNER.email);
    await page.getByLabel('Password').fill(OWNER.password);
    await page.getByLabel('Program name').fill('Alder & Finch');
    await page.getByLabel('Base currency').selectOption('EUR');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
  };
  await fill('WRON-GCOD-EXXX');
  await marta.leads(() => page.getByRole('button', { name: 'Create owner and program' }).click(), 422);
  assert.equal(await page.getByLabel('Program name').inputValue(), 'Alder & Finch', 'a refused form keeps what was typed');
  await fill(code);
  await marta.leads(() => page.getByRole('button', { name: 'Create owner and program' }).click());
  assert.match(new URL(page.url()).pathname, /^\/admin\/alder-finch\/campaigns$/);
  await see(marta, 'No campaigns yet');
  await page.getByRole('link', { name: 'Create a link campaign' }).waitFor();
}

/** The top bar, the four cards, and the form: the first steps of both documents are the same. */
async function openForm(marta, card, { name, tool, target }) {
  const { page } = marta;
  // In the top bar, open the Marketing dropdown → click Campaigns.
  await throughMarketing(marta, 'Campaigns');
  // On the Campaigns page you will see four campaign type cards […]. Click Create New on any card.
  for (const kind of ['Banner Campaign', 'Text Campaign', 'Link Campaign', 'Video Campaign']) {
    await page.getByRole('heading', { name: kind }).waitFor();
  }
  assert.equal(await page.getByText('Create New').count(), 4);
  await marta.leads(() => page.getByRole('link', { name: `Create New ${card}` }).click());
  // In the General Settings tab, fill in the Campaign Name and set the Tool Type. Add the Target URL and other settings.
  assert.equal(await page.locator('a[data-tab][aria-current=page]').innerText(), 'General Settings');
  await page.getByLabel('Campaign Name').fill(name);
  await page.getByLabel('Tool Type').selectOption({ label: tool });
  await page.getByLabel('Target URL').fill(target);
  // Click the Integration Setup tab (plug icon). Without script both tabs stand below each other.
  const tab = page.getByRole('link', { name: 'Integration Setup' });
  assert.match(await tab.locator('use').getAttribute('href'), /#plug$/);
  if (marta.look.script) await tab.click();
  // Under Choose Your Integration Method …
  await page.getByRole('heading', { name: 'Choose Your Integration Method' }).waitFor();
}

async function save(marta, button) {
  await marta.leads(() => marta.page.getByRole('button', { name: button, exact: true }).click());
}

/** What a campaign's row in the list shows, and its quick access. */
async function quickAccess(marta, { campaign, badge, icon, words }) {
  const { page } = marta;
  const row = page.getByRole('row').filter({ hasText: campaign });
  await row.locator('.badge', { hasText: badge }).first().waitFor();
  const button = row.locator('a[data-modal]');
  assert.match(await button.locator('use').getAttribute('href'), new RegExp(`#${icon}$`));
  if (marta.look.script) {
    const before = page.url();
    await button.click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    for (const word of words) await dialog.getByText(word).first().waitFor();
    await marta.inspects('quick access');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.waitForURL(before);
  } else {
    await marta.leads(() => button.click());
    for (const word of words) await see(marta, word, '.modal');
    await marta.leads(() => page.getByRole('link', { name: 'Close' }).click());
  }
}

/** AffiliatePro's "S2S API" document. */
async function s2sDocument(marta, origin) {
  const { page } = marta;
  const campaign = 'Autumn Brew Sale';
  await openForm(marta, 'Link Campaign', { campaign, name: campaign, tool: 'Sale Integration', target: 'https://alderfinch.example/autumn' });
  // … click the S2S API (Server) card.
  await page.getByLabel('S2S API (Server)').check();
  const panel = page.locator('.method-panel[data-method=s2s_api]');
  // Until saved, the form shows: "Save this campaign first. […]"
  assert.equal((await panel.locator('.alert').innerText()).trim(), SAVE_FIRST);
  assert.equal(await panel.getByText('API Key', { exact: true }).count(), 0);
  if (marta.look.script) {
    await page.getByLabel('Conversion API').check();
    await page.getByLabel('S2S API (Server)').check();
    await page.getByRole('link', { name: 'General Settings' }).click();
    assert.equal(await page.getByLabel('Campaign Name').inputValue(), campaign, 'choosing a card loses nothing');
    await page.getByRole('link', { name: 'Integration Setup' }).click();
  }
  // Click Save (stays on the form).
  await save(marta, 'Save');
  const { pathname, searchParams } = new URL(page.url());
  assert.match(pathname, /\/campaigns\/camp_[0-9a-z]{26}$/);
  if (marta.look.script) assert.equal(searchParams.get('tab'), 'integration', 'Save stays on its tab');
  else await marta.visits(`${pathname}?tab=integration`);
  const found = await savedS2s(marta, panel, origin);
  await marta.pictures('s2s-setup');
  // … not Save & Close.
  await save(marta, 'Save & Close');
  assert.match(new URL(page.url()).pathname, /\/campaigns$/);
  // In the Campaigns table, S2S API campaigns show a S2S API badge […]. Click the server icon button next to the badge.
  await quickAccess(marta, { campaign, badge: 'S2S API', icon: 'server', words: ['API Key', `${origin}/integration/s2sConvert`] });
  return { ...found, path: pathname };
}

/** "What the Form Shows After Saving". */
async function savedS2s(marta, panel, origin) {
  // API Key — copy it with the Copy button.
  await panel.getByRole('heading', { name: 'API Key', exact: true }).waitFor();
  const key = await copied(marta, panel, 'API Key');
  assert.match(key, /^ak_live_[0-9A-Za-z]{20,}$/);
  assert.ok(!(await panel.locator('.secret').first().innerText()).includes(key) || !marta.look.script, 'masked until it is revealed');
  // Check the Regenerate API Key checkbox (warning: invalidates the current key).
  const regenerate = panel.getByLabel('Regenerate API Key');
  await regenerate.check();
  await panel.getByText('invalidates the current key. Update all systems that use the old key.').waitFor();
  await regenerate.uncheck();
  // S2S Endpoint URL — POST conversion data here (method: POST). […] the pattern .../integration/s2sConvert.
  await panel.getByRole('heading', { name: 'S2S Endpoint URL' }).waitFor();
  await panel.getByText('POST', { exact: true }).first().waitFor();
  assert.equal(await copied(marta, panel, 'S2S Endpoint URL'), `${origin}/integration/s2sConvert`);
  // Required Parameters table.
  const table = panel.getByRole('table', { name: /required parameters/i });
  assert.deepEqual(await table.getByRole('rowheader').allInnerTexts(), PARAMETERS);
  // Example cURL — a ready-to-use example with your actual API key and endpoint pre-filled.
  await panel.getByRole('heading', { name: 'Example cURL' }).waitFor();
  const example = await copied(marta, panel, 'Example');
  for (const part of ['curl', key, `${origin}/integration/s2sConvert`, ...PARAMETERS]) assert.ok(example.includes(part), part);
  // Response Examples.
  const answers = (await panel.locator('pre').allInnerTexts()).join('\n').replaceAll(/\s+/g, ' ');
  for (const answer of ANSWERS) {
    const plain = answer.replaceAll(/\s/g, '');
    assert.ok(answers.replaceAll(/\s/g, '').includes(plain), `${answer} in ${answers}`);
  }
  return { key, example };
}

/** AffiliatePro's "Conversion API Integration" document. */
async function conversionApiDocument(marta, origin) {
  const { page } = marta;
  const campaign = 'Trade accounts';
  await openForm(marta, 'Banner Campaign', { name: campaign, tool: 'Single Action Integration', target: 'https://alderfinch.example/trade' });
  // … click the Conversion API card.
  await page.getByLabel('Conversion API').check();
  const panel = page.locator('.method-panel[data-method=conversion_api]');
  // The form immediately shows the flow steps and the Available Endpoints section with two cards. No save-first dependency.
  assert.ok(await panel.locator('ol.flow > li').count() >= 3, 'the flow steps');
  await panel.getByRole('heading', { name: 'Available Endpoints' }).waitFor();
  assert.equal(await panel.getByText(SAVE_FIRST).count(), 0);
  // Click Tracking — POST to .../integration/addClick. Sale / Conversion Tracking — POST to .../integration/s2sConvert.
  for (const [name, path] of [['Click Tracking', 'addClick'], ['Sale / Conversion Tracking', 's2sConvert']]) {
    const card = panel.locator('.card').filter({ has: page.getByRole('heading', { name, exact: true }) });
    await card.getByText('POST', { exact: true }).waitFor();
    // The exact endpoint URLs with your installation's base URL are shown. Copy them from there.
    assert.equal(await copied(marta, card, `${name} URL`), `${origin}/integration/${path}`);
  }
  await marta.inspects('the Conversion API card, before saving');
  // Click Save to save and stay on the form, or Save & Close to save and return to the Campaigns list.
  await save(marta, 'Save');
  assert.match(new URL(page.url()).pathname, /\/campaigns\/camp_/);
  await panel.getByRole('heading', { name: 'API Key', exact: true }).waitFor({ state: 'attached' });
  await save(marta, 'Save & Close');
  // In the Campaigns table, Conversion API campaigns show a Conversion API badge […]. Click the braces icon button.
  await quickAccess(marta, {
    campaign, badge: 'Conversion API', icon: 'braces',
    words: [`${origin}/integration/addClick`, `${origin}/integration/s2sConvert`],
  });
  // … or click the Edit button on an existing campaign to open it.
  await marta.leads(() => page.getByRole('link', { name: `Edit ${campaign}` }).click());
  assert.equal(await page.getByLabel('Campaign Name').inputValue(), campaign);
}

async function makeAffiliate(marta, name) {
  const { page } = marta;
  await throughMarketing(marta, 'Affiliates');
  await see(marta, 'No affiliates yet');
  await marta.leads(() => page.getByRole('link', { name: 'Create an affiliate' }).click());
  await page.getByLabel('Name').fill(name);
  await marta.leads(() => page.getByRole('button', { name: 'Create affiliate' }).click());
  await see(marta, name);
}

/** Makes a link in the browser; returns its address. */
async function makeLink(marta, campaign, affiliate) {
  const { page } = marta;
  await throughMarketing(marta, 'Links');
  await see(marta, 'No links yet');
  await marta.leads(() => page.getByRole('link', { name: 'Create a link' }).click());
  await page.getByLabel('Campaign').selectOption({ label: campaign });
  const code = await page.locator('#known-affiliates option').filter({ hasText: affiliate }).getAttribute('value');
  await page.getByLabel('Affiliate').fill(code);
  await marta.leads(() => page.getByRole('button', { name: 'Create link' }).click());
  const link = page.locator('code', { hasText: '/c/' }).first();
  return (await link.innerText()).trim();
}

/** Pastes the example into a shell, with the token where the example leaves room for one, and finds the sale. */
async function reportSale(marta, example, token) {
  const { page } = marta;
  const filled = example.replace('CLICK_TOKEN', token);
  assert.notEqual(filled, example, 'the example says where the token goes');
  const answer = runInShell(filled);
  assert.equal(answer.status, 'success');
  assert.equal(answer.message, 'S2S conversion recorded successfully');
  assert.equal(runInShell(filled).status, 'duplicate');
  await throughTopBar(marta, 'Conversions');
  const sale = page.getByRole('row').nth(1);
  await sale.getByText('Autumn Brew Sale').waitFor();
  await sale.getByText('Wander Weekly').waitFor();
  await marta.pictures('conversions');
  await marta.leads(() => sale.getByRole('link').first().click());
  await see(marta, answer.conversion_id);
  await see(marta, 'Credited to Wander Weekly');
  await marta.pictures('conversion');
}

/** A sale that is not recorded waits under Attempts, with its reason. */
async function reportWrongly(marta, { example }, token) {
  const answer = runInShell(example.replace('CLICK_TOKEN', `${token}x`));
  assert.deepEqual([answer.status, answer.message], ['error', 'Unknown click token']);
  await throughTopBar(marta, 'Attempts');
  await marta.page.getByRole('row').nth(1).waitFor();
}

/** Ticks Regenerate API Key: the old key is refused on the next call. */
async function regenerate(marta, { path, key, example }, token) {
  const { page } = marta;
  await marta.visits(`${path}?tab=integration`);
  const panel = page.locator('.method-panel[data-method=s2s_api]');
  await panel.getByLabel('Regenerate API Key').check();
  await save(marta, 'Save');
  if (!marta.look.script) await marta.visits(`${path}?tab=integration`);
  const other = await copied(marta, panel, 'API Key');
  assert.notEqual(other, key);
  const filled = example.replace('CLICK_TOKEN', token);
  assert.equal(runInShell(filled).message, 'Invalid API key');
  assert.equal(runInShell(filled.replace(key, other)).status, 'duplicate');
}
