// What must be true of every page as it stands in the browser, in whatever state a person has brought it.
import { axeSource } from './packages.js';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

/** All faults of the page as `[rule, what]` pairs. Something opened in it may lie over the rest of it. */
export async function inspect(page, { isSomethingOpen = false, closely = true } = {}) {
  const faults = await page.evaluate(faultsInPage);
  faults.push(...await missingIcons(page));
  if (closely) faults.push(...await axeFaults(page));
  return faults.filter(([, what]) => !(isSomethingOpen && what.includes('obscured')));
}

/** Runs in the page. It may use nothing from outside. */
function faultsInPage() {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const named = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 120);

  const root = document.scrollingElement;
  if (root.scrollWidth > window.innerWidth) {
    const wide = all('body *').filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1);
    const widest = wide.filter((element) => !element.closest('.table-responsive, pre, .dropdown-menu'));
    const cause = widest.length ? `: ${named(widest.at(-1))}` : '';
    faults.push(['sideways scroll', `${root.scrollWidth} px on a screen of ${window.innerWidth}${cause}`]);
  }
  const ids = all('[id]').map((element) => element.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) faults.push(['ids', `#${id} is there twice`]);
  for (const name of ['for', 'aria-describedby', 'aria-labelledby', 'aria-controls']) {
    for (const element of all(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\s+/).filter((id) => id && !document.getElementById(id))) {
        faults.push(['ids', `${name}="${id}" names nothing: ${named(element)}`]);
      }
    }
  }
  for (const link of all('a[href^="#"]')) {
    const id = link.getAttribute('href').slice(1);
    if (!id || !document.getElementById(id)) faults.push(['dead link', `${link.getAttribute('href')} leads nowhere`]);
  }
  for (const element of all('[data-copy]')) {
    if (!document.querySelector(element.dataset.copy)) faults.push(['ids', `nothing to copy: ${named(element)}`]);
  }
  for (const form of all('form')) {
    if (form.getAttribute('method') === 'post' && !form.querySelector('input[name=form_token][value]:not([value=""])')) {
      faults.push(['form token', `missing in the form to ${form.getAttribute('action') ?? 'its own page'}`]);
    }
  }
  for (const field of all('[aria-invalid=true]')) {
    if (!field.getAttribute('aria-describedby')) faults.push(['form', `no reason beside ${named(field)}`]);
  }
  const words = document.body.innerText;
  const odd = words.match(/\{\{|\{%|\bSome\(|\bundefined\b|\bNaN\b|&(amp|lt|gt|quot|#\d+);/);
  if (odd) faults.push(['words', `the page says "${words.slice(Math.max(0, odd.index - 20), odd.index + 30)}"`]);
  for (const element of all('[data-xss], xss-probe')) faults.push(['injected', named(element)]);
  if (all('h1').length !== 1) faults.push(['headings', `${all('h1').length} h1`]);
  // What a visitor sees whose link leads nowhere does not say whose server it is.
  if (!/\S.* · Accrue$|^This page does not exist$/.test(document.title)) faults.push(['title', document.title || 'none']);
  return faults;
}

/** Icons that the sprite does not hold: the browser shows nothing and says nothing. */
async function missingIcons(page) {
  const used = await page.evaluate(() => [...document.querySelectorAll('use')].map((use) => {
    const url = new URL(use.getAttribute('href'), document.baseURI);
    return { file: url.origin + url.pathname + url.search, name: url.hash.slice(1) };
  }));
  const faults = [];
  for (const { file, name } of used) {
    const sprite = await spriteText(file);
    if (!sprite.includes(`id="${name}"`)) faults.push(['icons', `${new URL(file).pathname} has no ${name}`]);
  }
  return faults;
}

const sprites = new Map();

function spriteText(file) {
  if (!sprites.has(file)) sprites.set(file, fetch(file).then((answer) => answer.text()));
  return sprites.get(file);
}

/** axe runs in the page, put there by the debugger's hand, which no policy of the page stands against. */
async function axeFaults(page) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axeSource);
  const violations = await page.evaluate(async (values) => {
    const options = {
      runOnly: { type: 'tag', values }, rules: { 'target-size': { enabled: true } },
      resultTypes: ['violations'], preload: false,
    };
    const result = await window.axe.run(document, options);
    return result.violations.map(({ id, help, nodes }) => ({
      id, help, nodes: nodes.map((node) => `${node.target.join(' ')} | ${node.failureSummary.split('\n')[1]?.trim()}`),
    }));
  }, RULES);
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => ['axe', `${id} (${help}) ${node}`]));
}
