// Every page there is, as everybody who may see it, through every look.
import { distinct, explore, walk } from '../lib/walk.js';
import { refuseForms } from '../lib/refusals.js';
import { signIn } from '../lib/account.js';
import { story } from '../lib/story.js';

await story('Every page is sound in every look', async ({ browser, facts, says }) => {
  await reportBadly(browser, facts);
  const stranger = await browser.person();
  const outside = await explore(stranger, ['/']);
  await stranger.visits('/nowhere', 404);
  await walk(browser, outside, { says, prefix: 'outside-' });

  const owner = await browser.person();
  await signIn(owner, facts.admin);
  const memory = await owner.remembers();
  const inside = await explore(owner, ['/']);
  says(`${inside.length} pages inside, ${distinct(inside).length} of them different`);
  await walk(browser, distinct(inside), { memory, says });

  await owner.visits(`/admin/${facts.program.slug}/nowhere`, 404);
  await owner.visits(`/admin/nobody/campaigns`, 404);
  const refused = await refuseForms(browser, distinct(inside), memory);
  says(`${refused} forms refused`);
});

/** Reports that are not recorded, so that the attempts have something to show. */
async function reportBadly(browser, { campaigns }) {
  const { api_key: key } = campaigns.find(({ method }) => method === 's2s_api');
  const reports = [
    { api_key: key, click_token: 'clk_forged', order_id: 'F-1', order_total: '10.00', order_currency: 'USD' },
    { api_key: key, click_token: 'clk_forged', order_id: 'F-2', order_total: '1,5', order_currency: 'USD' },
    { api_key: key, order_id: 'F-3' },
    { api_key: 'ak_live_guessed', order_id: 'F-4' },
  ];
  for (const report of reports) {
    await fetch(`${browser.origin}/integration/s2sConvert`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(report),
    });
  }
}
