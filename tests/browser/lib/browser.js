// The browser, with a proxy before it, and the windows people look through.
import { chromium, chromiumPath } from './packages.js';
import { faultsOf } from './answers.js';
import { Person } from './person.js';
import { Proxy } from './proxy.js';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** How a window may be. Every page is looked at through all of them. */
export const LOOKS = [
  { name: '1440 light', ...WIDE, theme: 'light', script: true },
  { name: '1440 dark', ...WIDE, theme: 'dark', script: true },
  { name: '390 light', ...NARROW, theme: 'light', script: true },
  { name: '390 dark', ...NARROW, theme: 'dark', script: true },
  { name: '1440 without script', ...WIDE, theme: 'light', script: false },
  { name: '390 without script', ...NARROW, theme: 'light', script: false },
];

/** The window of somebody at a desk. */
export const DESK = LOOKS[0];

/** The same with scripts switched off. */
export const DESK_WITHOUT_SCRIPT = LOOKS[4];

export class Browser {
  #chromium;
  #proxy;
  #expected = [];
  #tolerated = [];
  answers = [];

  /** Starts it. `origin` is the server's address, `pictures` a folder for pictures or nothing. */
  static async start({ origin, findings, pictures }) {
    const browser = new Browser();
    browser.origin = new URL(origin).origin;
    browser.findings = findings;
    browser.pictures = pictures;
    browser.#proxy = new Proxy(browser.origin, { seen: (answer) => browser.#judge(answer), refused: () => {} });
    const server = await browser.#proxy.listen();
    browser.#chromium = await chromium.launch({
      executablePath: chromiumPath(), args: FLAGS, proxy: { server, bypass: '<-loopback>' },
    });
    return browser;
  }

  /** A new window that knows nothing, or what `memory` holds (see `Person.remembers`). */
  async person(look = DESK, memory = undefined) {
    const context = await this.#chromium.newContext({
      viewport: { width: look.width, height: look.height },
      colorScheme: look.theme, reducedMotion: 'reduce', locale: 'en-GB', storageState: memory,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    return Person.with(this, context, look);
  }

  /** An answer of this status is about to come, and is right. */
  expect(status) {
    this.#expected.push(status);
  }

  /** Answers of these statuses are neither right nor wrong until further notice. */
  tolerate(statuses) {
    this.#tolerated = statuses;
  }

  async close() {
    for (const status of this.#expected) this.findings.add('status', 'the whole story', `no ${status} came`);
    await this.#chromium.close();
    this.#proxy.close();
  }

  #judge(answer) {
    this.answers.push(answer);
    const { pathname, search } = new URL(answer.url);
    const place = `${answer.method} ${pathname}${search}`;
    if (answer.error) return;
    for (const fault of faultsOf(answer, this.origin)) this.findings.add('answer', place, fault);
    if (answer.status < 400 || this.#tolerated.includes(answer.status)) return;
    const at = this.#expected.indexOf(answer.status);
    if (at < 0) this.findings.add('status', place, `${answer.status} was not expected`);
    else this.#expected.splice(at, 1);
  }
}
