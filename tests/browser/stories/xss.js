// What strangers, affiliates and colleagues type is shown as they typed it: no tag of theirs becomes a node, no script of
// theirs runs. Each place gets a payload with its own name, so that the story also knows that it was really shown.
import assert from 'node:assert/strict';
import { signIn } from '../lib/account.js';
import { fillForms } from '../lib/refusals.js';
import { story } from '../lib/story.js';
import { distinct, explore } from '../lib/walk.js';

/** Leaves an attribute, a text, a title and a text field, and opens a dialog if it gets anywhere. */
const payload = (name) => `"'></title></textarea><img data-xss=${name} src=x onerror=alert(1)>`;
const short = (name) => `"'><img data-xss=${name} src=x onerror=alert(1)>`;

/** Fields of addresses that pages read. */
const ASKED = ['q', 'status', 'campaign', 'affiliate', 'from', 'to', 'event', 'mode', 'page', 'after', 'before', 'tab', 'kind', 'method', 'setup',
  'view', 'reason', 'next', 'nobody', 'amount', 'currency', 'products', 'prices', 'subscription', 'payment', 'first_day', 'action', 'ended', 'end', 'do'];

await story('Nothing that somebody typed becomes part of a page', async ({ browser, facts, says }) => {
  const reported = await report(browser.origin, facts);
  const owner = await browser.person();
  owner.looksClosely = false;
  await signIn(owner, facts.admin);
  const typed = await type(owner, facts);
  says(`${reported.length + typed.length} places hold a payload`);
  const shown = new Set();
  owner.whenInspected = async (page) => {
    const text = await page.evaluate(() => document.body.innerText
      + [...document.querySelectorAll('input, textarea')].map((field) => field.value).join('\n'));
    for (const [, name] of text.matchAll(/data-xss=(\w+)/g)) shown.add(name);
  };
  const pages = await explore(owner, ['/']);
  const forms = await fillForms(owner, distinct(pages), short('typed'));
  says(`${forms} forms were sent with a payload in every field`);
  await explore(owner, ['/']);
  await ask(browser, owner, pages);
  says(`shown: ${[...shown].sort().join(' ')}`);
  const missing = [...reported, ...typed].filter((name) => !shown.has(name));
  assert.deepEqual(missing, [], 'these payloads were shown nowhere, so nothing was shown about them');
});

/** What comes in without a person: through a link, and by the keyed endpoints. Returns the payloads' names. */
async function report(origin, { campaigns, affiliates }) {
  const campaign = campaigns.find(({ method }) => method === 's2s_api');
  const link = campaign.links.find(({ affiliate_id: id }) => id === affiliates[0].id);
  const subs = new URLSearchParams({ sub1: payload('sub1'), sub2: payload('sub2'), sub5: payload('sub5') });
  const landed = await fetch(`${origin}/c/${link.code}?${subs}`, {
    redirect: 'manual',
    headers: {
      'user-agent': `Mozilla/5.0 ${payload('agent')}`, referer: `https://blog.example/?${short('referrer').replaceAll(' ', '+')}`,
      'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate',
    },
  });
  const token = new URL(landed.headers.get('location')).searchParams.get('click_token');
  const post = async (path, body) => (await fetch(`${origin}/integration/${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  })).json();
  const sale = {
    api_key: campaign.api_key, click_token: token, order_id: payload('order'), order_total: '10.00', order_currency: 'USD',
    customer_id: payload('customer'), external_user_id: payload('user'), coupon_code: payload('coupon'),
    product_ids: [payload('product')], [short('field')]: 'a name that nobody reads',
  };
  const recorded = await post('s2sConvert', sale);
  const again = await post('s2sConvert', { ...sale, order_total: '11.00' });
  const refused = await post('s2sConvert', { ...sale, order_id: payload('lost'), click_token: payload('token') });
  await post('s2sConvert', { ...sale, api_key: payload('key') });
  await post('addClick', {
    api_key: campaign.api_key, campaign_id: campaign.id, affiliate_id: affiliates[0].id, page_url: payload('page'),
    referrer: payload('addedreferrer'), user_agent: payload('addedagent'), visitor_id: payload('visitor'), sub1: payload('addedsub'),
  });
  assert.deepEqual([recorded.status, again.status, refused.status], ['success', 'duplicate', 'error'], recorded.message);
  return ['order', 'lost', 'token', 'sub1', 'sub2', 'sub5', 'agent', 'referrer', 'customer', 'user', 'coupon', 'product', 'field'];
}

/** What people of the program type. Returns the payloads' names. */
async function type(owner, { program }) {
  const { page } = owner;
  const at = (path) => `/admin/${program.slug}${path}`;
  const press = (name) => owner.leads(() => page.getByRole('button', { name, exact: true }).click());
  await owner.visits(at('/campaigns/new?kind=text'));
  const fields = { name: 'campaign', category: 'category', plugin_name: 'plugin', headline: 'headline', ad_text: 'adtext' };
  for (const [field, name] of Object.entries(fields)) await page.locator(`[name=${field}]`).fill(short(name));
  await page.getByLabel('Target URL').fill(`https://alderfinch.example/?a=${encodeURIComponent(short('target'))}`);
  await press('Save');
  await owner.visits(at('/campaigns/new?kind=banner'));
  await page.getByLabel('Campaign Name').fill('A banner');
  await page.getByLabel('Target URL').fill('https://alderfinch.example/');
  await page.locator('input[type=file]').setInputFiles({ name: `${short('file')}.png`, mimeType: 'image/png', buffer: png() });
  await press('Save & Close');
  await owner.visits(at('/affiliates/new'));
  await page.getByLabel('Name').fill(short('affiliate'));
  await page.getByLabel('Code').fill('injected');
  await press('Create affiliate');
  await owner.visits(at('/settings/program'));
  await page.locator('main [name=name]').fill(short('program'));
  await press('Save');
  return [...Object.values(fields), 'affiliate', 'program']; // a file keeps only what is harmless of its name
}

/** Addresses with a payload in every field that some page reads, and as a path. */
async function ask(browser, owner, pages) {
  const paths = [...new Set(pages.map((address) => address.split('?')[0]))];
  browser.tolerate([400, 404, 422]);
  for (const path of [...paths, '/sign-in', '/nowhere']) {
    const query = new URLSearchParams(ASKED.map((name) => [name, payload(name)]));
    await owner.visitsAnyhow(`${path}?${query}`);
  }
  await owner.visitsAnyhow(`/admin/${encodeURIComponent(payload('slug'))}/campaigns`);
  await owner.visitsAnyhow(`/c/${encodeURIComponent(payload('link'))}`);
  browser.tolerate([]);
}

/** A black square, as small as a PNG can be. */
function png() {
  return Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64');
}
