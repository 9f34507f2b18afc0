// Every page, found by following links, through every look. Nobody lists the pages: a new one is found because
// something leads to it, and what nothing leads to is a fault of its own (see `unreached`).
import { LOOKS } from './browser.js';
import { opened } from './openings.js';

/** Pages whose addresses differ only in an id or a number are alike; so many of them are visited. */
const ALIKE = 2;
/** A campaign's page depends on its method and kind. */
const ALIKE_CAMPAIGNS = 7;

/** What an address asks for by these fields is another page, not another choice of rows. */
const TELLING = ['after', 'do', 'kind', 'setup', 'tab', 'view'];

/** What no row of any list is called. */
const NOTHING = 'nothing is called this';

const ID = /^([a-z]{2,5})_[0-9a-z]{26}$/;

/** What an address has in common with those of its kind: ids and numbers stand for all of them. */
export function shapeOf(address) {
  const url = new URL(address, 'http://here');
  const general = (word) => {
    const id = word.match(ID);
    if (id) return `{${id[1]}}`;
    return /^\d+$/.test(word) || word.length > 24 ? '{}' : word;
  };
  const path = url.pathname.split('/').map((part) => general(decodeURIComponent(part))).join('/');
  const query = [...url.searchParams].map(([name, value]) => `${name}=${general(value)}`).sort().join('&');
  return query ? `${path}?${query}` : path;
}

/** Of these addresses those that look different: one of each path, and of each field that leads to something else. */
export function distinct(addresses) {
  const different = new Map();
  for (const address of addresses) {
    const url = new URL(shapeOf(address), 'http://here');
    const telling = [...url.searchParams].filter(([name, value]) => (value && TELLING.includes(name)) || value === NOTHING);
    const key = `${url.pathname}?${telling.map(([name, value]) => (value === NOTHING ? 'nothing' : `${name}=${value}`)).slice(-1)}`;
    if (!different.has(key)) different.set(key, address);
  }
  return [...different.values()];
}

/** A name for pictures of the pages of a shape. */
export function nameOf(shape) {
  return shape.replace(/\{(\w*)\}/g, '$1').replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'start';
}

/** Visits what can be reached from `starts` in one window; returns the addresses, one or a few of each shape. */
export async function explore(person, starts, says = () => {}) {
  const waiting = starts.map((address) => ({ address, from: 'the start' }));
  const seen = new Set();
  const shapes = new Map();
  while (waiting.length) {
    const { address, from, isAsked } = waiting.shift();
    const shape = shapeOf(address);
    const known = shapes.get(shape) ?? [];
    if (seen.has(address) || known.length >= (shape.includes('{camp}') ? ALIKE_CAMPAIGNS : ALIKE)) continue;
    seen.add(address);
    shapes.set(shape, [...known, address]);
    says(`visiting ${address}`);
    try {
      if (isAsked) await person.asks(address);
      else await person.visits(address);
    } catch (error) {
      person.note('walk', `${address}, linked from ${from}: ${error.message}`);
      continue;
    }
    const { links, asked } = await addressesOn(person.page);
    waiting.push(...links.map((link) => ({ address: link, from: address })));
    waiting.push(...asked.map((link) => ({ address: link, from: address, isAsked: true })));
  }
  return [...shapes.values()].flat();
}

/** Visits each address through each look, opens everything that opens, and takes pictures where they are asked for. */
export async function walk(browser, addresses, { memory, looks = LOOKS, says = () => {}, prefix = '' } = {}) {
  browser.tolerate([422]); // from a filter that cannot be read; everything else was explored before
  await Promise.all(looks.map(async (look) => {
    const person = await browser.person(look, memory);
    await walkAs(person, addresses, prefix);
    await person.leaves();
    says(`${addresses.length} pages through ${look.name}`);
  }));
  browser.tolerate([]);
}

/** The same in one window. */
export async function walkAs(person, addresses, prefix = '') {
  const look = person.look.name.replaceAll(' ', '-');
  const alreadyOpened = new Set();
  const pictured = new Set();
  for (const address of addresses) {
    try {
      await person.visitsAnyhow(address);
      const name = `${prefix}${nameOf(shapeOf(address))}-${look}`;
      if (!pictured.has(name)) await person.pictures(name);
      pictured.add(name);
      if (!person.look.script) continue;
      for await (const state of opened(person.page, alreadyOpened)) {
        await person.inspects(state);
        await person.pictures(`${name}-${nameOf(state)}`, { whole: state.startsWith('card') });
      }
    } catch (error) {
      person.note('walk', `${address}: ${error.message}`);
    }
  }
}

/** Where one can go from here by a link or by a form that is got; always on this server, and never to a file. */
async function addressesOn(page) {
  const found = await page.evaluate((nothing) => {
    const isFiltered = location.search !== '';
    const links = [...document.querySelectorAll('a[href]')].filter((link) => !link.hasAttribute('download'));
    // From a list that is filtered already, more filters would only multiply.
    const forms = [...document.querySelectorAll('form')].filter((form) => form.getAttribute('method') === 'get' && !isFiltered);
    const filled = forms.flatMap((form) => {
      const asked = (change) => {
        const fields = new URLSearchParams(new FormData(form));
        change(fields);
        return `${new URL(form.getAttribute('action') ?? '', document.baseURI).href.split('?')[0]}?${fields}`;
      };
      const choices = [...form.querySelectorAll('select')].flatMap((select) => [...select.options].map(
        (option) => asked((fields) => fields.set(select.name, option.value)),
      ));
      const ticks = [...form.querySelectorAll('input[type=checkbox], input[type=radio]')].map(
        (box) => asked((fields) => fields.set(box.name, box.value)),
      );
      const texts = [...form.querySelectorAll('input[type=search], input[type=text], input:not([type])')].map(
        (field) => asked((fields) => fields.set(field.name, nothing)),
      );
      return [...choices, ...ticks, ...texts];
    });
    return { links: links.map((link) => link.href), asked: filled };
  }, NOTHING);
  const here = new URL(page.url()).origin;
  const inside = (addresses) => {
    const pages = addresses.map((address) => new URL(address)).filter((url) => url.origin === here);
    const shown = pages.filter((url) => !/^\/(static|media|c)\//.test(url.pathname));
    return [...new Set(shown.map((url) => url.pathname + url.search))];
  };
  return { links: inside(found.links), asked: inside(found.asked) };
}
