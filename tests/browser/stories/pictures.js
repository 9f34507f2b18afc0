// The pictures in `docs/screenshots`: a few pages of the program to try, as somebody at a desk and on a phone sees them.
import { DESK, LOOKS } from '../lib/browser.js';
import { signIn } from '../lib/account.js';
import { story } from '../lib/story.js';

const look = (name) => LOOKS.find((each) => each.name === name);

await story('Pictures for the documents', async ({ browser, facts }) => {
  const admin = `/admin/${facts.program.slug}`;
  const campaign = facts.campaigns.find(({ method }) => method === 's2s_api').id;
  const person = await browser.person(DESK);
  await signIn(person, facts.admin);
  const memory = await person.remembers();
  const dark = await browser.person(look('1440 dark'), memory);
  const phone = await browser.person(look('390 light'), memory);
  const pictures = [
    [person, 'campaigns', `${admin}/campaigns`],
    [person, 'integration-setup', `${admin}/campaigns/${campaign}?tab=integration`],
    [person, 'conversions', `${admin}/conversions`],
    [dark, 'campaigns-dark', `${admin}/campaigns`],
    [phone, 'campaigns-phone', `${admin}/campaigns`],
  ];
  for (const [somebody, name, address] of pictures) {
    await somebody.visits(address);
    await somebody.pictures(name, { whole: name === 'integration-setup' });
  }
  await person.visits(`${admin}/conversions`);
  await person.leads(() => person.page.getByRole('row').nth(1).getByRole('link').first().click());
  await person.pictures('conversion');
});
