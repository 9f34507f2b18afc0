// A shop on another site than Accrue, with a policy as strict as it can be, and visitors who come to it.
//
// Its pages have real names (shop.example), which the visitors' browser is told to look for on this machine, so that what
// browsers do between sites happens here as it does out there.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import http from 'node:http';
import { chromium, chromiumPath } from './packages.js';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

/** The shop's address. */
export const SHOP = 'http://shop.example';

/** Another site with the same pages, which has taken the code from the shop's. */
export const ELSEWHERE = 'http://elsewhere.example';

/** Accrue under a subdomain of the shop. */
export const SUBDOMAIN = 'http://go.shop.example';

const hashOf = (script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

/** The hashes of all scripts that stand in a page. */
export const hashesIn = (html) => [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, script]) => hashOf(script));

export class Shop {
  /** `pages` are the bodies of its pages by path, `policy` what its policy allows besides the shop itself, by directive. */
  pages = {};
  policy = {};
  #chromium;
  #server = http.createServer((request, answer) => this.#answer(request, answer));

  /** Opens the shop, for visitors who find Accrue at `accrue`. */
  static async open(accrue) {
    const shop = new Shop();
    await new Promise((resolve) => shop.#server.listen(0, '127.0.0.1', resolve));
    const { host } = new URL(accrue);
    const here = `127.0.0.1:${shop.#server.address().port}`;
    const rules = [`MAP shop.example ${here}`, `MAP elsewhere.example ${here}`, `MAP go.shop.example ${host}`];
    shop.#chromium = await chromium.launch({
      executablePath: chromiumPath(), args: [...FLAGS, `--host-resolver-rules=${rules.join(',')}`],
    });
    return shop;
  }

  /** Somebody who was never here. `before` runs in every page before anything else does. */
  async visitor(before = undefined) {
    const context = await this.#chromium.newContext();
    const visitor = new Visitor(context);
    if (before) await context.addInitScript(before);
    await visitor.begin();
    return visitor;
  }

  async close() {
    await this.#chromium.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(request, answer) {
    const { pathname } = new URL(request.url, SHOP);
    if (pathname.endsWith('.js')) {
      answer.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(this.pages[pathname] ?? '');
      return;
    }
    const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"></head>
      <body><h1 id="shop">The shop</h1>${this.pages[pathname] ?? ''}<script src="/last.js"></script></body></html>`;
    const { script = '', connect = '', img = '' } = this.policy;
    answer.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; base-uri 'none'; script-src 'self' ${script} ${hashesIn(html).join(' ')}; `
        + `connect-src 'self' ${connect}; img-src data: ${img}`,
      // The pixel says itself what a page of this policy would keep back.
      'referrer-policy': 'no-referrer',
    }).end(html);
  }
}

/** Somebody at a browser of their own. What goes wrong in it is kept in `faults`, what is told to Accrue in `told`. */
class Visitor {
  faults = [];
  told = [];

  constructor(context) {
    this.context = context;
  }

  async begin() {
    await this.context.exposeBinding('toldOfViolation', (_, violation) => this.faults.push(`policy: ${violation}`));
    await this.context.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => {
      window.toldOfViolation(`${event.effectiveDirective} forbids ${event.blockedURI}`);
    }));
    this.page = await this.context.newPage();
    this.page.on('pageerror', (error) => this.faults.push(`error: ${error.message}`));
    this.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.faults.push(`console: ${message.text()}`);
    });
    this.page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname === '/e' || pathname === '/e.gif') this.told.push(request);
    });
  }

  async goes(address) {
    await this.page.goto(new URL(address, SHOP).href, { waitUntil: 'load' });
    assert.equal(await this.page.locator('#shop').textContent(), 'The shop', 'the page is there');
  }

  /** The click that the script keeps for the shop, once it is there. */
  async keeps() {
    const found = async () => (await this.context.cookies(SHOP)).find(({ name }) => name === 'afk_cid');
    return until(found, 'a cookie of the shop');
  }

  async keepsNothing() {
    const cookies = await this.context.cookies(SHOP);
    assert.deepEqual(cookies.map(({ name }) => name), []);
  }

  /** Says goodbye; nothing may have gone wrong meanwhile but what was to be expected. */
  async leaves(...expected) {
    await this.page.close();
    await this.context.close();
    const unexpected = this.faults.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
    assert.deepEqual(unexpected, []);
    for (const pattern of expected) assert.ok(this.faults.some((fault) => pattern.test(fault)), `${pattern} was to be expected`);
  }
}

/** What `find` finds, as soon as it does. */
export async function until(find, what) {
  const end = Date.now() + 15_000;
  for (;;) {
    const found = await find();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}
