// Somebody with a browser window. Whatever that window shows is inspected, and whatever goes wrong in it is noted.
import path from 'node:path';
import { mkdir } from 'node:fs/promises';
import { inspect } from './inspection.js';

const PATIENCE = 15_000;

/** What the console repeats of things that are judged elsewhere: statuses, and dates that only a made-up address holds. */
const NOISE = [
  /^Failed to load resource: the server responded with a status of/,
  /^The specified value .* does not conform to the required format, "yyyy-MM-dd"/,
];

export class Person {
  #browser;
  #debugger;

  /** What a story wants to know of every page besides. */
  whenInspected;

  /** Whether axe looks at every page; a story about something else may leave that to others. */
  looksClosely = true;

  /** `look` says how the window is: `{ name, width, height, theme, script }`. */
  static async with(browser, context, look) {
    const person = new Person();
    person.#browser = browser;
    person.context = context;
    person.look = look;
    context.setDefaultTimeout(PATIENCE);
    await context.exposeBinding('toldOfViolation', (source, violation) => person.note('csp', violation));
    await context.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
      window.toldOfViolation(`${effectiveDirective} forbids ${blockedURI} (${sourceFile}:${lineNumber})`);
    }));
    context.on('page', (page) => person.#watch(page));
    person.page = await context.newPage();
    person.#debugger = await context.newCDPSession(person.page);
    await person.#setScript(look.script);
    return person;
  }

  /** The browser this window belongs to. */
  get browser() {
    return this.#browser;
  }

  /** Notes a fault of what the window shows now. */
  note(rule, what) {
    this.#browser.findings.add(rule, this.place, what);
  }

  /** Where the window is, for whoever reads the findings. */
  get place() {
    const { pathname, search } = this.page && this.page.url().startsWith('http') ? new URL(this.page.url()) : new URL('http://-/');
    return `${pathname}${search} (${this.look.name})`;
  }

  /** The address of a path on the server. */
  url(target) {
    return new URL(target, this.#browser.origin).href;
  }

  /** Opens an address, expects this status, and inspects the page. */
  async visits(target, status = 200) {
    await this.leads(() => this.page.goto(this.url(target)), status);
    return this.page;
  }

  /** Opens an address that a filter made; what was typed into it may be refused, with a page. */
  async asks(target) {
    this.#browser.tolerate([422]);
    const before = this.looksClosely;
    this.looksClosely = false; // it is the list again, with other rows
    await this.visitsAnyhow(target);
    this.looksClosely = before;
    this.#browser.tolerate([]);
  }

  /** The same with whatever status comes; the story tolerates some (see `Browser.tolerate`). */
  async visitsAnyhow(target) {
    await this.#arrives(() => this.page.goto(this.url(target)));
    await this.inspects();
  }

  /** Does what leads to another page, expects its status, and inspects it. */
  async leads(act, status = 200) {
    if (status >= 400) this.#browser.expect(status);
    const answer = await this.#arrives(act);
    if (answer.status() !== status) this.note('status', `${answer.status()} in place of ${status}`);
    await this.inspects();
  }

  /** Does what leads to another page, with whatever status, and inspects it. */
  async leadsAnyhow(act) {
    const answer = await this.#arrives(act);
    await this.inspects();
    return answer.status();
  }

  async #arrives(act) {
    const loaded = this.page.waitForEvent('load');
    const answered = this.page.waitForResponse(
      (answer) => answer.request().isNavigationRequest() && answer.frame() === this.page.mainFrame()
        && (answer.status() < 300 || answer.status() >= 400),
    );
    const [answer] = await Promise.all([answered, loaded, act()]);
    return answer;
  }

  /** Inspects the page as it stands. `state` says what was opened in it. */
  async inspects(state = '') {
    const place = state ? `${this.place}, ${state}` : this.place;
    await this.#setScript(true);
    const faults = await inspect(this.page, { isSomethingOpen: state !== '', closely: this.looksClosely });
    await this.#setScript(this.look.script);
    for (const [rule, what] of faults) this.#browser.findings.add(rule, place, what);
    await this.whenInspected?.(this.page);
  }

  /** Takes a picture where the story was asked for pictures: of the whole page, or of what the window shows. */
  async pictures(name, { whole = true } = {}) {
    const folder = this.#browser.pictures;
    if (!folder) return;
    await mkdir(folder, { recursive: true });
    await this.page.mouse.move(0, 0);
    await this.page.evaluate(() => document.fonts.ready.then(() => true));
    const { width, height } = this.look;
    const long = whole ? await this.page.evaluate(() => document.documentElement.scrollHeight) : height;
    await this.page.setViewportSize({ width, height: Math.max(long, height) });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled' });
    await this.page.setViewportSize({ width, height });
  }

  /** The cookies and stored settings of this window, for another one of the same person. */
  remembers() {
    return this.context.storageState();
  }

  leaves() {
    return this.context.close();
  }

  /** Scripts are stopped by the debugger, not by the context, so that axe can be let in for a moment. */
  async #setScript(on) {
    await this.#debugger.send('Emulation.setScriptExecutionDisabled', { value: !on });
  }

  #watch(page) {
    page.on('pageerror', (error) => this.note('page error', error.message));
    page.on('console', (message) => {
      const isNoise = NOISE.some((noise) => noise.test(message.text()));
      if (['error', 'warning'].includes(message.type()) && !isNoise) this.note('console', message.text());
    });
    page.on('dialog', async (dialog) => {
      if (dialog.type() !== 'beforeunload') this.note('dialog', `${dialog.type()}: ${dialog.message()}`);
      await dialog.accept().catch(() => {});
    });
    page.on('requestfailed', (request) => {
      const why = request.failure()?.errorText;
      if (why !== 'net::ERR_ABORTED') this.note('failed request', `${request.method()} ${request.url()}: ${why}`);
    });
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      const isOwn = origin === this.#browser.origin || ['data:', 'about:'].includes(protocol);
      if (!isOwn) this.note('foreign request', request.url());
    });
  }
}
