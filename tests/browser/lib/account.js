// Signing in and out, as people do it.
import { createHmac } from 'node:crypto';

/** Signs in through the form. */
export async function signIn(person, { email, password }) {
  await person.visits('/sign-in');
  await person.page.getByLabel('E-mail').fill(email);
  await person.page.getByLabel('Password').fill(password);
  await person.leads(() => person.page.getByRole('button', { name: 'Sign in' }).click());
}

/** Signs out through the menu under one's name. */
export async function signOut(person, name) {
  await person.page.getByRole('button', { name }).click();
  await person.leads(() => person.page.getByRole('button', { name: 'Sign out', exact: true }).click());
}

/** What an authenticator shows for a secret in base32 (RFC 6238: SHA-1, six digits, thirty seconds). */
export function codeOf(secret) {
  const digits = [...secret.replaceAll(/[\s=]/g, '').toUpperCase()].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter));
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
