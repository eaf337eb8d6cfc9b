import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../support/source.ts";

/** Built by npm, and needed by tests, though git knows nothing of it. */
const BUILT = "sidebar-app/dist";

/** A copy of the checkout as it stands, in which files can be broken without a trace in the checkout. */
export function copyOfTheTree(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "forestall-mutants-"));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  for (const path of [...listed.split("\0"), BUILT]) {
    if (path === "" || !existsSync(join(root, path))) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
