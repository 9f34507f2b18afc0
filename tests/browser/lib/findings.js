// What is wrong, gathered over a whole story: whoever mends a page wants to see everything at once.

export class Findings {
  #groups = new Map();

  /** Notes a fault: the rule that is broken, where it was seen, and what was seen. */
  add(rule, where, what) {
    const key = `${rule}: ${what}`;
    const places = this.#groups.get(key) ?? new Set();
    this.#groups.set(key, places.add(where));
  }

  get count() {
    return this.#groups.size;
  }

  /** The rules that are broken, without repeats. */
  get rules() {
    return [...new Set([...this.#groups.keys()].map((key) => key.slice(0, key.indexOf(':'))))].sort();
  }

  /** One paragraph for each fault, with the first places where it was seen. */
  get text() {
    const lines = [...this.#groups].map(([key, places]) => {
      const [first, second, third, ...others] = places;
      const shown = [first, second, third].filter(Boolean).join('\n      at ');
      return `- ${key}\n      at ${shown}${others.length ? `\n      and ${others.length} more` : ''}`;
    });
    return lines.join('\n');
  }
}
