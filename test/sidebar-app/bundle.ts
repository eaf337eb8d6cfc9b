import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { z } from "zod";
import { root } from "../support/source.ts";

/** The app as Vite builds it, in a folder of its own. */
export interface Built {
  readonly folder: string;
  /** Relative to the folder, like everything here. */
  readonly script: string;
  readonly styles: readonly string[];
  read(file: string): Buffer;
}

const manifestShape = z.record(
  z.string(),
  z.object({ file: z.string(), isEntry: z.boolean().optional(), css: z.array(z.string()).optional() }),
);

let built: Promise<Built> | undefined;

/** Built once for all test files that share a process, and gone with it. */
export function buildApp(): Promise<Built> {
  built ??= buildOnce();
  return built;
}

async function buildOnce(): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), "forestall-sidebar-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await build({
    configFile: join(root, "sidebar-app/vite.config.ts"),
    logLevel: "error",
    build: { outDir: folder },
  });
  const read = (file: string) => readFileSync(join(folder, file));
  const manifest = manifestShape.parse(JSON.parse(read(".vite/manifest.json").toString()));
  const entry = Object.values(manifest).find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error("the manifest names no entry");
  const { file: script, css: styles = [] } = entry;
  return { folder, script, styles, read };
}
