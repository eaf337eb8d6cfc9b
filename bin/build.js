// Builds the browser part of the Zendesk app when its sources changed since the last time; otherwise does nothing, at
// once. Plain JavaScript on purpose, as npm runs it with whatever Node is there; the build itself gets the right one.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseNode, findPackage } from "./node-version.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const app = join(root, "sidebar-app");
const config = join(app, "vite.config.ts");
const stamp = join(app, "dist", ".built");

if (existsSync(config) && !isBuilt()) build();

function isBuilt() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint();
}

/** Everything that ends up in the pages, and the versions of the packages that do. */
function fingerprint() {
  const hash = createHash("sha256");
  const files = [config, join(root, "package-lock.json")];
  for (const folder of [join(app, "src"), join(root, "translations")]) {
    if (existsSync(folder)) files.push(...filesIn(folder));
  }
  for (const file of files) hash.update(file.slice(root.length)).update("\0").update(readFileSync(file));
  return `${hash.digest("hex")}\n`;
}

function filesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function build() {
  const wanted = fingerprint();
  const vite = findPackage(root, "vite");
  if (!vite)
    return say("The app for Zendesk is not built: Vite is not installed here (npm install --include=dev).");
  process.stderr.write("Building the app for Zendesk ...\n");
  const node = chooseNode(root, {
    version: process.versions.node,
    path: process.execPath,
    platform: `${process.platform}-${process.arch}`,
  });
  if (node.problem) return say(node.problem);
  const words = [join(root, "node_modules", "vite", "bin", "vite.js"), "build", "--config", config];
  const done = spawnSync(node.path, [...words, "--logLevel", "error"], { cwd: root, encoding: "utf8" });
  if (done.status === 0) return writeFileSync(stamp, wanted);
  say(
    `The app for Zendesk could not be built, everything else works:\n${done.stderr || done.stdout || done.error}`,
  );
}

/** The server runs without it, and its pages say what is missing. */
function say(text) {
  process.stderr.write(`${text}\n`);
}
