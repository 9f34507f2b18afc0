// A shop on another site, under a strict policy: the integration code is copied from the campaign form into its pages, and
// visitors buy there. Everything that keeps scripts from working out there happens to it here.
import assert from 'node:assert/strict';
import { signIn } from '../lib/account.js';
import { copied } from '../lib/desk.js';
import { ELSEWHERE, SHOP, SUBDOMAIN, Shop, hashesIn, until } from '../lib/shop.js';
import { story } from '../lib/story.js';

/** The form, filled in and saved; what a developer copies from it. */
async function makeCampaign(marta, { program }) {
  const { page } = marta;
  await marta.visits(`/admin/${program.slug}/campaigns/new?kind=link`);
  await page.getByLabel('Campaign Name').fill('Pixel shop');
  await page.getByLabel('Target URL').fill(`${SHOP}/?from=accrue&page=1`);
  await page.getByRole('link', { name: 'Integration Setup' }).click();
  await page.getByLabel('JS Pixel').check();
  const panel = page.locator('.method-panel[data-method=js_pixel]');
  assert.match(await panel.innerText(), /^Save this campaign first\./);
  await marta.leads(() => page.getByRole('button', { name: 'Save', exact: true }).click());
  await page.getByRole('link', { name: 'Integration Setup' }).click();
  await marta.inspects('the JS Pixel card');
  await marta.pictures('pixel-card');
  const pieces = ['Script', 'Thank-you page', 'AffTracker', 'Script with attributes', 'Consent', 'Policy', 'Landing link'];
  const copies = {};
  for (const piece of pieces) copies[piece] = await copied(marta, panel, piece);
  const id = /data-campaign="(camp_\w+)"/.exec(copies.Script)[1];
  assert.equal(copies['Landing link'], `${SHOP}/?from=accrue&page=1&aff=AFFILIATE_CODE`, 'what is copied is not escaped');
  return { id, copies };
}

async function makeLink(marta, { program, affiliates }) {
  const { page } = marta;
  await marta.visits(`/admin/${program.slug}/links/new`);
  await page.getByLabel('Campaign').selectOption({ label: 'Pixel shop' });
  await page.getByLabel('Affiliate').fill(affiliates[0].code);
  await marta.leads(() => page.getByRole('button', { name: 'Create link' }).click());
  const row = page.getByRole('row').filter({ hasText: 'Pixel shop' }).first();
  return /\/c\/[\w-]+/.exec(await row.innerText())[0];
}

/** The same code, over the list. */
async function quickAccess(marta, { program }, { copies }) {
  const { page } = marta;
  await marta.visits(`/admin/${program.slug}/campaigns`);
  const button = page.getByRole('row').filter({ hasText: 'Pixel shop' }).locator('a[data-modal]');
  assert.match(await button.locator('use').getAttribute('href'), /#code$/);
  await button.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('On the thank-you page').waitFor();
  await marta.inspects('quick access');
  await marta.pictures('pixel-modal', { whole: false });
  assert.equal(await copied(marta, dialog, 'Thank-you page'), copies['Thank-you page']);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
}

/** What Accrue has on record. */
class Books {
  constructor(person, slug) {
    this.address = person.url(`/admin/${slug}/conversions.csv`);
    this.person = person;
  }

  async orders() {
    const csv = await this.person.page.evaluate(async (address) => (await fetch(address)).text(), this.address);
    const [names, ...rows] = csv.trim().split('\r\n').map((line) => line.split(','));
    return rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
  }

  /** The one conversion of an order, as soon as it has been told so many times more. */
  async one(order, repeats = 0) {
    const found = await until(async () => {
      const all = (await this.orders()).filter(({ order_id: id }) => id === order);
      assert.ok(all.length <= 1, `order ${order} is there ${all.length} times`);
      return all.find((each) => Number(each.repeats) >= repeats);
    }, `order ${order}, ${repeats} times more,`);
    assert.equal(Number(found.repeats), repeats, order);
    assert.equal(found.status, 'pending', order);
    assert.equal(found.trust, '1', order);
    return found;
  }

  async none(order) {
    assert.equal((await this.orders()).filter(({ order_id: id }) => id === order).length, 0, order);
  }
}

/** The shop's pages. The calls stand in a file of the shop's, as a strict policy wants; only one page is the copied code. */
function build(shop, { copies }, accrue) {
  shop.policy = { script: `${accrue} ${SUBDOMAIN}`, connect: `${accrue} ${SUBDOMAIN}`, img: `${accrue} ${SUBDOMAIN}` };
  const [stub, tag] = copies['Thank-you page'].split('\n');
  const calls = (text) => `${stub}${tag}<script src="/${text}.js"></script>`;
  shop.pages = {
    '/': copies.Script,
    '/bare': '',
    '/copied': copies['Thank-you page'].replace('ORDER-1001', 'copied'),
    '/afftracker': copies.AffTracker.replace('ORDER-1001', 'afftracker').replace('AffTracker.add', 'AffTracker.setData({});\n  AffTracker.add'),
    '/attributes': copies['Script with attributes'].replace('ORDER-1001', 'attributes'),
    '/thanks': calls('order'),
    '/twice': calls('twice'),
    '/loaded-twice': `${tag}${calls('order')}${tag}`,
    '/signup': calls('signup'),
    '/ask': calls('order').replace(' async', ' data-consent="required" async'),
    '/agreed': `${copies.Consent}<script src="/order.js"></script>${tag.replace(' async', ' data-consent="required" defer')}`,
    '/subdomain': calls('order').replaceAll(accrue, SUBDOMAIN),
    '/order.js': "accrue('track', 'conversion', { order_id: new URL(location).searchParams.get('order'), amount: 99.99, currency: 'USD' });",
    '/twice.js': "for (var i = 0; i < 2; i++) affilync('track', 'conversion', { order_id: 'twice', amount: '20.00' });",
    '/signup.js': "accrue('track', 'signup', { external_user_id: 'user-7' }); accrue('track', 'signup');",
    '/last.js': "document.title = 'to the end'; try { accrue('track'); AffTracker.add_order(); affilync(); } catch (_) {}",
  };
  assert.ok(copies.Policy.includes(hashesIn(stub)[0]), 'the policy names the first line of the thank-you page');
}

const STORIES = {
  async 'click, landing, thank-you page: one conversion, pending'({ shop, books, link, origin, affiliate }) {
    const visitor = await shop.visitor();
    await visitor.goes(origin + link);
    assert.equal(new URL(visitor.page.url()).host, 'shop.example');
    const cookie = await visitor.keeps();
    assert.equal(cookie.domain, '.shop.example', 'the whole shop shares it');
    assert.equal(cookie.sameSite, 'Lax');
    const days = (cookie.expires - Date.now() / 1000) / 86_400;
    assert.ok(days > 29.9 && days <= 30, `it lives as long as the click counts: ${days} days`);
    await visitor.goes('/thanks?order=plain');
    const conversion = await books.one('plain');
    assert.equal(conversion.affiliate_id, affiliate);
    assert.equal(conversion.amount, '99.99');
    await visitor.page.reload();
    await books.one('plain', 1);
    await visitor.leaves();
  },

  async 'the copied code works as it is'({ shop, books, link, origin }) {
    const visitor = await shop.visitor();
    await visitor.goes(origin + link);
    await visitor.keeps();
    await visitor.goes('/copied');
    await books.one('copied');
    await visitor.goes('/afftracker');
    await books.one('afftracker');
    await visitor.goes('/attributes');
    await books.one('attributes');
    await visitor.leaves();
  },

  async 'told twice, and before the script was there: once'({ shop, books, link, origin }) {
    const visitor = await shop.visitor();
    await visitor.goes(origin + link);
    await visitor.keeps();
    await visitor.context.route('**/pixel.js', async (route) => {
      await new Promise((resolve) => { setTimeout(resolve, 700); });
      await route.continue();
    });
    await visitor.goes('/twice');
    await books.one('twice', 1);
    await visitor.goes('/loaded-twice?order=loaded-twice');
    await books.one('loaded-twice');
    await visitor.leaves();
  },

  async 'a signup without an order counts once per click'({ shop, books, link, origin }) {
    const visitor = await shop.visitor();
    await visitor.goes(origin + link);
    await visitor.keeps();
    await visitor.goes('/signup');
    const signup = await until(async () => (await books.orders()).find(({ event, repeats }) => event === 'signup' && repeats === '1'), 'the signup');
    assert.match(signup.order_id, /^signup-[0-9a-f]{32}$/);
    await visitor.leaves();
  },

  async 'nothing is stored or sent before the visitor agrees'({ shop, books, link, origin }) {
    const visitor = await shop.visitor();
    shop.pages['/'] = shop.pages['/'].replace(' async', ' data-consent="required" async');
    await visitor.goes(origin + link);
    await visitor.page.goto(`${SHOP}/ask?order=asked&aff=nobody`);
    await visitor.page.waitForTimeout(1_000);
    await visitor.keepsNothing();
    assert.equal(visitor.told.length, 0, 'nothing is told');
    await visitor.page.evaluate(() => accrue('consent', 'denied'));
    await visitor.page.evaluate(() => accrue('consent', 'granted'));
    await visitor.page.waitForTimeout(500);
    assert.ok(visitor.told.every((request) => request.postData().includes('landing')), 'what was waiting is gone with the refusal');
    await books.none('asked');
    await visitor.goes(origin + link);
    await visitor.page.evaluate(() => accrue('consent', 'granted'));
    await visitor.keeps();
    await visitor.goes('/agreed?order=agreed');
    await books.one('agreed');
    await visitor.page.evaluate(() => accrue('track', 'conversion', { order_id: 'agreed-too', amount: '5.00' }));
    await books.one('agreed-too'); // the same script once more has not made it forget
    await visitor.page.evaluate(() => accrue('consent', 'denied'));
    await visitor.keepsNothing();
    shop.pages['/'] = shop.pages['/'].replace(' data-consent="required"', '');
    await visitor.leaves();
  },

  async 'a link to the shop itself, with ?aff='({ shop, books, code, affiliate }) {
    const visitor = await shop.visitor();
    await visitor.goes(`/?aff=${code}&sub1=spring`);
    const { value } = await visitor.keeps();
    await visitor.page.reload();
    await visitor.page.waitForTimeout(500);
    assert.equal(visitor.told.length, 1, 'a reload is no second visit');
    await visitor.goes('/thanks?order=landed');
    const conversion = await books.one('landed');
    assert.equal(conversion.affiliate_id, affiliate);
    await visitor.goes('/?aff=somebody-else-s-parameter');
    assert.equal((await visitor.keeps()).value, value, 'a code of nobody changes nothing');
    await visitor.leaves();
    const hasty = await shop.visitor();
    await hasty.goes(`/thanks?order=hasty&aff=${code}`);
    await books.one('hasty');
    await hasty.leaves();
  },

  async 'under a subdomain of the shop the link sets the cookie itself'({ shop, books, link }) {
    const visitor = await shop.visitor();
    await visitor.page.goto(SUBDOMAIN + link);
    shop.pages['/'] = '';
    await visitor.goes('/bare');
    await visitor.context.clearCookies({ domain: '.shop.example' });
    const own = (await visitor.context.cookies(SUBDOMAIN)).find(({ name }) => name === 'afk_cid');
    assert.ok(own.httpOnly && own.domain === 'go.shop.example', JSON.stringify(own));
    await visitor.goes('/subdomain?order=subdomain');
    await books.one('subdomain');
    await visitor.leaves(/console: The Cross-Origin-Opener-Policy header has been ignored/); // without https it is
  },

  async 'a page that nobody looks at yet tells nothing'({ shop, books, link, origin, campaign }) {
    shop.pages['/'] = campaign.copies.Script;
    const visitor = await shop.visitor(() => {
      let hidden = !location.pathname.startsWith('/c/');
      Object.defineProperty(document, 'prerendering', { get: () => hidden });
      window.show = () => { hidden = false; document.dispatchEvent(new Event('prerenderingchange')); };
    });
    await visitor.goes(origin + link);
    await visitor.goes('/thanks?order=prerendered');
    await visitor.page.waitForTimeout(800);
    await visitor.keepsNothing();
    assert.equal(visitor.told.length, 0);
    await visitor.goes(origin + link);
    await visitor.page.evaluate(() => window.show());
    await visitor.keeps();
    await visitor.goes('/thanks?order=prerendered');
    await visitor.page.evaluate(() => window.show());
    await books.one('prerendered');
    await visitor.leaves();
  },

  async 'old browsers tell by beacon, and older ones by image'({ shop, books, link, origin }) {
    for (const [name, before] of [
      ['beacon', () => { delete window.fetch; }],
      ['image', () => { delete window.fetch; navigator.__proto__.sendBeacon = undefined; }],
    ]) {
      const visitor = await shop.visitor(before);
      await visitor.goes(origin + link);
      await visitor.keeps();
      await visitor.goes(`/thanks?order=${name}`);
      await books.one(name);
      await visitor.leaves();
    }
  },

  async 'what is blocked leaves the page unharmed'({ shop, books, link, origin }) {
    const visitor = await shop.visitor();
    await visitor.context.route('**/pixel.js', (route) => route.abort());
    await visitor.goes('/thanks?order=blocked');
    assert.equal(await visitor.page.title(), 'to the end');
    await visitor.context.unroute('**/pixel.js');
    await visitor.goes(origin + link);
    await visitor.keeps();
    await visitor.context.route('**/e', (route) => route.abort());
    await visitor.goes('/thanks?order=retried');
    assert.equal(await visitor.page.title(), 'to the end');
    await books.one('retried');
    await books.none('blocked');
    await visitor.leaves(/console: Failed to load resource: net::ERR_FAILED/);
  },

  async 'a page of another site is not heard'({ shop, books, link, origin }) {
    const visitor = await shop.visitor();
    await visitor.goes(origin + link);
    const { value } = await visitor.keeps();
    await visitor.goes(`${ELSEWHERE}/thanks?order=stolen&afk_cid=${value}`);
    await until(() => visitor.told.find((request) => request.postData()?.includes('stolen')), 'the other site\'s report');
    await visitor.goes('/thanks?order=own');
    await books.one('own');
    await books.none('stolen');
    await visitor.leaves();
  },
};

await story('A shop reports by pixel', async ({ browser, facts, says }) => {
  const marta = await browser.person();
  await signIn(marta, facts.admin);
  const campaign = await makeCampaign(marta, facts);
  says('the code is copied from the form');
  const shop = await Shop.open(browser.origin);
  const books = new Books(marta, facts.program.slug);
  build(shop, campaign, browser.origin);
  const link = await makeLink(marta, facts);
  const scene = { shop, books, link, campaign, origin: browser.origin, code: facts.affiliates[0].code, affiliate: facts.affiliates[0].id };
  try {
    for (const [title, tell] of Object.entries(STORIES)) {
      await tell(scene);
      says(title);
    }
  } finally {
    await shop.close();
  }
  await quickAccess(marta, facts, campaign);
});
