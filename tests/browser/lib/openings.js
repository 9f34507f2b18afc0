// Everything on a page that opens: menus, tabs, method cards, dialogs, details. Each is opened as a person would, handed
// over for inspection, and closed.

const KINDS = [
  { kind: 'menu', selector: '[data-bs-toggle=dropdown], [data-bs-toggle=collapse]', open: clicked, close: clicked },
  { kind: 'tab', selector: 'a[data-tab]', open: clicked, close: nothing },
  { kind: 'card', selector: 'input[type=radio]', open: chosen, close: nothing },
  { kind: 'details', selector: 'summary', open: clicked, close: clicked },
  { kind: 'dialog', selector: '[data-modal], [data-bs-toggle=modal]', open: dialogOpened, close: escaped },
];

/** Yields a name for each state while the page is in it. `already` remembers, over pages, what was opened before. */
export async function* opened(page, already) {
  for (const { kind, selector, open, close } of KINDS) {
    for (const element of await page.locator(selector).all()) {
      if (!await element.isVisible()) continue;
      const words = await element.evaluate(wordsFor);
      const panel = kind === 'menu' ? '' : new URL(page.url()).pathname;
      const key = `${panel} ${kind} ${words}`;
      if (already.has(key)) continue;
      already.add(key);
      await open(page, element);
      yield `${kind} ${words}`;
      await close(page, element);
    }
  }
}

/** What a person would call it. Runs in the page. */
function wordsFor(element) {
  const text = element.getAttribute('aria-label') ?? element.closest('label')?.innerText ?? element.innerText ?? '';
  return (text.trim().split('\n')[0] || element.value || element.id || 'something').slice(0, 40);
}

async function clicked(page, element) {
  await element.click();
  await page.locator('.collapsing').waitFor({ state: 'detached' }); // what is on its way out is still to be seen
}

async function chosen(page, element) {
  await element.evaluate((radio) => radio.click());
}

async function dialogOpened(page, element) {
  await element.click();
  await page.locator('.modal.show').waitFor();
}

async function escaped(page) {
  await page.keyboard.press('Escape');
  await page.locator('.modal.show').waitFor({ state: 'detached' }).catch(() => {});
  await page.locator('.modal-backdrop').waitFor({ state: 'detached' });
}

async function nothing() {}
