// Every form that must be filled in, sent empty: the page that comes back says what is wrong, and is as sound as the first.
import { DESK } from './browser.js';

/** Sends each such form of these pages; returns how many there were. Forms that are alike are sent once. */
export async function refuseForms(browser, addresses, memory, look = DESK) {
  const person = await browser.person(look, memory);
  const sent = new Set();
  for (const address of addresses) {
    await person.asks(address); // looked at before
    for (const { at, kind } of await person.page.evaluate(formsToFill)) {
      if (sent.has(kind)) continue;
      sent.add(kind);
      await person.visits(address);
      await person.leads(() => person.page.evaluate(sendEmpty, at), 422);
      const fields = await person.page.locator('[aria-invalid=true]').count();
      if (fields === 0) person.note('form', `the form to ${kind} is refused without a word at any field`);
      await person.pictures(`refused-${kind.replace(/[^a-z]+/gi, '-')}`);
    }
  }
  await person.leaves();
  return sent.size;
}

/** Sends every form that has something to type into, with this text in all of it; returns how many there were. */
export async function fillForms(person, addresses, text) {
  const sent = new Set();
  person.browser.tolerate([409, 422, 429]);
  for (const address of addresses) {
    await person.visitsAnyhow(address);
    for (const { at, kind } of await person.page.evaluate(formsToTypeInto)) {
      if (sent.has(kind)) continue;
      sent.add(kind);
      await person.visits(address);
      await person.leadsAnyhow(() => person.page.evaluate(sendFilled, { at, text }));
    }
  }
  person.browser.tolerate([]);
  return sent.size;
}

/** Runs in the page: the forms that are posted and have a field for text. */
function formsToTypeInto() {
  const forms = [...document.querySelectorAll('form')].map((form, at) => ({ form, at }));
  const texts = 'textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=file], [type=submit])';
  const posted = forms.filter(({ form }) => form.getAttribute('method') === 'post' && form.querySelector(texts));
  return posted.map(({ form, at }) => ({
    at, kind: new URL(form.getAttribute('action') ?? '', document.baseURI).pathname.replace(/[a-z]{2,5}_[0-9a-z]{26}/g, '{}'),
  }));
}

/** Runs in the page: types the text into every field that takes text and sends the form as it is. */
function sendFilled({ at, text }) {
  const form = document.querySelectorAll('form')[at];
  for (const field of form.querySelectorAll('textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=file], [type=date])')) {
    if (field.localName === 'input') field.type = 'text';
    field.removeAttribute('maxlength');
    field.value = text;
  }
  form.noValidate = true;
  form.requestSubmit([...form.querySelectorAll('button:not([type=button])')].find((button) => button.form === form));
}

/** Runs in the page: the forms that are posted and have a field that must be filled in. A field named
 * `method` hides the form's own, so attributes are asked. */
function formsToFill() {
  const forms = [...document.querySelectorAll('form')].map((form, at) => ({ form, at }));
  const posted = forms.filter(({ form }) => form.getAttribute('method') === 'post' && form.querySelector('[required]:not([type=radio])'));
  return posted.map(({ form, at }) => ({
    at, kind: new URL(form.getAttribute('action') ?? '', document.baseURI).pathname.replace(/[a-z]{2,5}_[0-9a-z]{26}/g, '{}'),
  }));
}

/** Runs in the page: empties what can be typed into and sends it as it is. */
function sendEmpty(at) {
  const form = document.querySelectorAll('form')[at];
  for (const field of form.querySelectorAll('input:not([type=hidden], [type=radio], [type=checkbox]), textarea')) {
    field.value = '';
  }
  form.noValidate = true;
  form.requestSubmit([...form.querySelectorAll('button:not([type=button])')].find((button) => button.form === form));
}
