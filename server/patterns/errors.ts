/** One thing that is wrong in a pattern file: where, and what to write instead. */
export interface Problem {
  /** Path below the library folder: `P-001.yaml`. */
  readonly file: string;
  /** Place in the file: `when.within`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

/** The library was refused; every problem found is listed, so that one round of editing is enough. */
export class BadPattern extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(line).join("\n"));
    this.name = "BadPattern";
    this.problems = problems;
  }
}

function line({ file, path, message }: Problem): string {
  return path === "" ? `${file}: ${message}` : `${file}: ${path}: ${message}`;
}
