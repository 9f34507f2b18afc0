// Every check is shown the defect it exists for, on a small site of its own, and has to see it. A page without defects
// has to pass, or a check would only be noise.
import http from 'node:http';
import { Browser, LOOKS } from '../lib/browser.js';
import { Findings } from '../lib/findings.js';
import { explore, walkAs } from '../lib/walk.js';
import { story } from '../lib/story.js';

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 sans-serif }
  a { display: inline-block; padding: 8px } [hidden] { display: none } .low { color: #999; background: #fff }
  .wide { width: 900px } @media (prefers-color-scheme: dark) { body { background: #111; color: #eee } .dim { color: #333 } }`;

const FILES = {
  '/static/app.css': ['text/css; charset=utf-8', STYLE],
  '/static/icons.svg': ['image/svg+xml; charset=utf-8', '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="plug"/></svg>'],
  '/static/error.js': ['text/javascript; charset=utf-8', 'console.error("planted")'],
  '/static/throw.js': ['text/javascript; charset=utf-8', 'throw new Error("planted")'],
  '/static/alert.js': ['text/javascript; charset=utf-8', 'alert("planted")'],
  '/static/menu.js': ['text/javascript; charset=utf-8',
    'document.querySelector("button").onclick = () => { document.querySelector("#menu").hidden ^= true; }'],
  '/static/noscript.js': ['text/javascript; charset=utf-8', 'document.querySelector("#only").remove()'],
  '/favicon.ico': ['image/x-icon', 'x'],
};

const page = (body, head = '') => `<!doctype html><html lang="en"><head><meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><title>A page · Accrue</title>
  <link rel="stylesheet" href="/static/app.css">${head}</head><body><main><h1>A page</h1>${body}</main></body></html>`;

const TOKEN = '<input type="hidden" name="form_token" value="t">';

/** Rule, where it is seen at all, and the page it is seen on. */
const DEFECTS = [
  ['csp', 'everywhere with script', page('<p style="color: red">Words</p>')],
  ['console', 'everywhere with script', page('', '<script src="/static/error.js"></script>')],
  ['page error', 'everywhere with script', page('', '<script src="/static/throw.js"></script>')],
  ['dialog', 'everywhere with script', page('', '<script src="/static/alert.js"></script>')],
  ['axe', 'everywhere', page('<p class="low">Words</p>')],
  ['axe', 'in the dark', page('<p class="dim">Words</p>')],
  ['axe', 'everywhere', page('<p>Words <input></p>')],
  ['axe', 'everywhere with script', page('<button data-bs-toggle="dropdown">More</button><p id="menu" class="low" hidden>Words</p>', '<script src="/static/menu.js" defer></script>')],
  ['axe', 'without script', page('<p id="only" class="low">Words</p>', '<script src="/static/noscript.js" defer></script>')],
  ['sideways scroll', 'at 390', page('<p class="wide">Words</p>')],
  ['ids', 'everywhere', page('<p id="a">Words</p><p id="a">Words</p>')],
  ['ids', 'everywhere', page('<p><label>Name <input aria-describedby="nobody"></label></p>')],
  ['icons', 'everywhere', page('<svg aria-hidden="true"><use href="/static/icons.svg#nobody"/></svg>')],
  ['dead link', 'everywhere', page('<a href="#nobody">Go</a>')],
  ['foreign request', 'everywhere', page('<img alt="" src="http://elsewhere.invalid/a.png">')],
  ['form token', 'everywhere', page('<form method="post"><button>Save</button></form>')],
  ['form', 'everywhere', page(`<form method="post">${TOKEN}<label>Name <input aria-invalid="true"></label></form>`)],
  ['words', 'everywhere', page('<p>Some(3)</p>')],
  ['words', 'everywhere', page('<p>5 &amp;lt; 6</p>')],
  ['injected', 'everywhere', page('<p data-xss>Words</p>')],
  ['headings', 'everywhere', page('<h1>Another</h1>')],
  ['title', 'everywhere', page('').replace('A page · Accrue', 'Untitled')],
  ['status', 'everywhere', page('<img alt="" src="/static/missing.png">')],
  ['answer', 'everywhere', page(''), { 'referrer-policy': 'unsafe-url' }],
  ['answer', 'everywhere', page(''), { 'content-type': 'text/html' }],
  ['answer', 'everywhere', page(''), { 'cache-control': 'private' }],
  ['answer', 'everywhere', page(''), { 'x-content-type-options': undefined }],
  ['answer', 'everywhere', page(''), { 'set-cookie': 'session=1; Path=/; HttpOnly' }],
  ['answer', 'everywhere', page(''), { 'set-cookie': 'session=1; Path=/; SameSite=Lax' }],
  ['answer', 'everywhere', page(''), { 'content-security-policy': HEADERS['content-security-policy'].replace("frame-ancestors 'none'", '') }],
  ['answer', 'everywhere', page(''), { 'content-security-policy': HEADERS['content-security-policy'].replace("script-src 'self'", "script-src 'self' 'unsafe-inline'") }],
];

const CLEAN = page(`<p>Words, and <a href="/more">more of them</a></p>
  <form method="post">${TOKEN}<label>Name <input name="name"></label> <button>Save</button></form>
  <svg aria-hidden="true" width="20" height="20"><use href="/static/icons.svg#plug"/></svg>`);

/** Serves each of these pages, by its number, and the files they name. */
async function site(pages) {
  const server = http.createServer((request, answer) => {
    const { pathname } = new URL(request.url, 'http://here');
    const file = FILES[pathname];
    const { html, headers } = pages[pathname.slice(1)] ?? pages[0];
    const all = { ...HEADERS, ...(file ? { 'content-type': file[0], 'cache-control': 'max-age=60' } : headers) };
    for (const name of Object.keys(all).filter((name) => all[name] === undefined)) delete all[name];
    answer.writeHead(!file && pathname.startsWith('/static/') ? 404 : 200, all);
    answer.end(file ? file[1] : html);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

const seenBy = {
  everywhere: () => true,
  'everywhere with script': (look) => look.script,
  'without script': (look) => !look.script,
  'in the dark': (look) => look.theme === 'dark',
  'at 390': (look) => look.width === 390,
};

await story('Every check sees the defect it exists for', async ({ findings, says }) => {
  const pages = [{ html: CLEAN }, ...DEFECTS.map(([, , html, headers]) => ({ html, headers }))];
  const there = await site(pages);
  const browser = await Browser.start({ origin: there.origin, findings });
  const people = await Promise.all(LOOKS.map((look) => browser.person(look)));
  const found = async (number, some) => {
    browser.findings = new Findings();
    await Promise.all(some.map((person) => walkAs(person, [`/${number}`])));
    return browser.findings;
  };
  const clean = await found(0, people);
  if (clean.count) findings.add('proof', 'a page without defects', clean.text);
  for (const [at, [rule, where, html, headers]] of DEFECTS.entries()) {
    const plain = `${rule}, ${where}: ${html.slice(html.indexOf('</h1>') + 5)} ${JSON.stringify(headers ?? {})}`;
    const those = people.filter(({ look }) => seenBy[where](look));
    const others = people.filter((person) => !those.includes(person));
    const { rules, text } = await found(at + 1, those.slice(-1));
    if (!rules.includes(rule)) findings.add('proof', plain, `not seen, but ${text}`);
    if ((await found(at + 1, others.slice(-1))).rules.includes(rule)) findings.add('proof', plain, 'seen where it is not');
    says(`${rule} ${where}`);
  }
  browser.findings = findings;
  const reached = await explore(people[0], ['/0']);
  if (reached.join() !== '/0,/more') findings.add('proof', 'exploring', `it reached ${reached}`);
  await browser.close();
  there.close();
});
