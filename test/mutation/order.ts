/**
 * Which tests to ask first. Mutants of one file mostly fall to the same few tests, so those that already caught one
 * come first, and after them the quick ones.
 */
export class TestOrder {
  readonly #took = new Map<string, number>();
  /** How many mutants of a source file a test file has caught. */
  readonly #caught = new Map<string, number>();

  constructor(took: Readonly<Record<string, number>>) {
    for (const [test, time] of Object.entries(took)) this.#took.set(test, time);
  }

  of(source: string, tests: readonly string[]): readonly string[] {
    const caught = (test: string) => this.#caught.get(`${source} ${test}`) ?? 0;
    const took = (test: string) => this.#took.get(test) ?? 0;
    return tests.toSorted((a, b) => caught(b) - caught(a) || took(a) - took(b));
  }

  noteCaught(source: string, test: string): void {
    const key = `${source} ${test}`;
    this.#caught.set(key, (this.#caught.get(key) ?? 0) + 1);
  }

  /** Milliseconds that the tests took when nothing was changed. */
  timeOf(tests: readonly string[]): number {
    return tests.reduce((sum, test) => sum + (this.#took.get(test) ?? 0), 0);
  }
}
