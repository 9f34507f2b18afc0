// What must be true of every answer the server gives to a browser. Pure: an answer in, sentences out.

const REFERRER_POLICIES = ['no-referrer', 'same-origin', 'strict-origin', 'strict-origin-when-cross-origin'];
const TEXT = /^(text\/|application\/(json|javascript|xml)|image\/svg\+xml)/;

/**
 * The faults of one answer: `{ url, status, headers: [[name, value]…], bytes }`, `origin` being the server's own.
 * Statuses are not judged here.
 */
export function faultsOf(answer, origin) {
  const all = (name) => answer.headers.filter(([given]) => given.toLowerCase() === name).map(([, value]) => value);
  const type = all('content-type').join();
  const isPage = type.startsWith('text/html');
  const faults = [];
  const fault = (unless, what) => unless || faults.push(what);
  const once = (name, isRight) => {
    const given = all(name);
    fault(given.length === 1 && isRight(given[0]), `${name} is ${given.length ? given.join(' | ') : 'missing'}`);
  };

  once('x-content-type-options', (value) => value === 'nosniff');
  once('referrer-policy', (value) => REFERRER_POLICIES.includes(value));
  once('x-frame-options', (value) => value === 'DENY');
  once('cross-origin-opener-policy', (value) => value === 'same-origin');
  once('content-security-policy', (value) => isStrict(value, isPage));
  fault(answer.bytes === 0 || type, 'a body without content-type');
  fault(!TEXT.test(type) || /; *charset=utf-8(;|$)/i.test(type), `content-type is ${type}, without its charset`);
  if (isPage) once('cache-control', (value) => value.includes('no-store'));
  if (origin.startsWith('https:')) once('strict-transport-security', (value) => /max-age=\d{7}/.test(value));
  for (const cookie of all('set-cookie')) faults.push(...cookieFaults(cookie, origin));
  for (const place of all('location')) {
    fault(new URL(place, answer.url).origin === origin, `location leads elsewhere: ${place}`);
  }
  for (const name of ['server', 'x-powered-by', 'access-control-allow-origin']) {
    fault(all(name).length === 0, `${name} is given: ${all(name)}`);
  }
  return faults;
}

/** Nothing is allowed but what is listed; nothing inline, nothing evaluated, nothing from everywhere. */
function isStrict(policy, isPage) {
  const directives = new Map(policy.split(';').map((part) => {
    const [name, ...sources] = part.trim().split(/\s+/);
    return [name, sources.join(' ')];
  }));
  const lax = [...directives].some(([name, sources]) => /unsafe|\*|https?:|blob:/.test(sources)
    || (/\bdata:/.test(sources) && name !== 'img-src'));
  const bare = directives.get('default-src') === "'none'" && directives.get('frame-ancestors') === "'none'";
  const page = directives.get('base-uri') === "'none'" && ["'none'", "'self'"].includes(directives.get('form-action'));
  return !lax && bare && (!isPage || page);
}

function cookieFaults(cookie, origin) {
  const [pair, ...attributes] = cookie.split(';').map((part) => part.trim());
  const has = (wanted) => attributes.some((each) => each.toLowerCase() === wanted);
  const name = pair.split('=')[0];
  const faults = [];
  if (!has('httponly')) faults.push(`the cookie ${name} is not HttpOnly`);
  if (!has('samesite=lax') && !has('samesite=strict')) faults.push(`the cookie ${name} has no SameSite`);
  if (!has('path=/')) faults.push(`the cookie ${name} is not for the whole site`);
  if (attributes.some((each) => each.toLowerCase().startsWith('domain='))) faults.push(`the cookie ${name} has a domain`);
  if (origin.startsWith('https:') && !has('secure')) faults.push(`the cookie ${name} is not Secure`);
  return faults;
}
