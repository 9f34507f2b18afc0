// Signing in and out, as people do it.

/** Signs in through the form. */
export async function signIn(person, { email, password }) {
  await person.visits('/sign-in');
  await person.page.getByLabel('E-mail').fill(email);
  await person.page.getByLabel('Password').fill(password);
  await person.leads(() => person.page.getByRole('button', { name: 'Sign in' }).click());
}
