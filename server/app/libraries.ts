import { type CompiledLibrary, compileLibrary } from "../core/matching/compile.ts";
import type { Pattern } from "../core/pattern.ts";
import type { Log, Tenancy } from "../store/contract.ts";

/** Every library version that the log names, compiled; a tenant that has none yet has an empty one. */
export interface Libraries {
  of(version: string): CompiledLibrary;
  add(version: string, patterns: readonly Pattern[]): void;
}

const PAGE = 10_000;

export async function openLibraries(
  store: Pick<Log, "inputs"> & Pick<Tenancy, "libraryContent">,
  shipped: { readonly version: string; readonly patterns: readonly Pattern[] },
): Promise<Libraries> {
  const contents = new Map<string, readonly Pattern[]>([
    ["", []],
    [shipped.version, shipped.patterns],
  ]);
  const compiled = new Map<string, CompiledLibrary>();
  for (const version of await versionsInLog(store)) {
    if (contents.has(version)) continue;
    const content = await store.libraryContent(version);
    if (content !== null) contents.set(version, content);
  }
  return {
    of(version) {
      const known = compiled.get(version);
      if (known !== undefined) return known;
      const patterns = contents.get(version);
      if (patterns === undefined) throw new TypeError(`pattern library ${version} is not in the store`);
      const library = compileLibrary(patterns, version);
      compiled.set(version, library);
      return library;
    },
    add(version, patterns) {
      contents.set(version, patterns);
    },
  };
}

async function versionsInLog(store: Pick<Log, "inputs">): Promise<ReadonlySet<string>> {
  const versions = new Set<string>();
  for (let after = 0; ; ) {
    const page = await store.inputs({ after, limit: PAGE, tenantWide: true });
    for (const { body } of page) {
      const control = "control" in body ? body.control : null;
      if (control?.kind === "library") versions.add(control.version);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return versions;
    after = last.seq;
  }
}
