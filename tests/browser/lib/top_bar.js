// The menus of the top bar, with script and without: then they open under the pointer and under the keyboard's focus.

/** Opens the Marketing dropdown and clicks an entry of it. */
export async function throughMarketing(person, entry) {
  const menu = person.page.getByRole('button', { name: 'Marketing' });
  if (person.look.script) await menu.click();
  else await menu.hover();
  await person.leads(() => person.page.getByRole('link', { name: entry, exact: true }).click());
}

/** Clicks an entry of the top bar itself. */
export async function throughTopBar(person, entry) {
  const bar = person.page.getByRole('navigation', { name: 'Main' });
  await person.leads(() => bar.getByRole('link', { name: entry, exact: true }).click());
}

/** Opens the menu under the person's name and presses a button of it. */
export async function throughUserMenu(person, name, button) {
  const menu = person.page.getByRole('button', { name });
  if (person.look.script) await menu.click();
  else await menu.hover();
  await person.leads(() => person.page.getByRole('button', { name: button }).click());
}
