// Plain JavaScript on purpose: this file must parse and run on any Node from 18 on, installed packages or not.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

export const OLDEST_NODE = "22.12.0";

/** Platforms whose Node comes with the packages; elsewhere an installed one is used. */
const BUNDLED = ["linux-x64", "linux-arm64"];

/** Compares dotted version numbers: negative when `a` is older than `b`, 0 when they are equal. */
export function compareVersions(a, b) {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    if (left[i] !== right[i]) return (left[i] || 0) - (right[i] || 0);
  }
  return 0;
}

/** Looks for a package the way Node does: in node_modules here, then one folder up, and so on. */
export function findPackage(root, name) {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (existsSync(found)) return found;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The Node to run Forestall on: the running one where it is new enough, else the one that came with the packages.
 * @param running `{ version, path, platform }`, such as `{ "20.1.0", "/usr/bin/node", "linux-x64" }`
 * @returns `{ path, version }`, or `{ problem }` with one sentence that says what to do
 */
export function chooseNode(root, running) {
  if (compareVersions(running.version, OLDEST_NODE) >= 0) {
    return { path: running.path, version: running.version };
  }
  if (BUNDLED.includes(running.platform)) {
    const bundle = findPackage(root, `node-${running.platform}`);
    if (bundle && existsSync(join(bundle, "bin", "node"))) return { path: join(bundle, "bin", "node") };
    return {
      problem:
        `Forestall needs Node 22.12 or newer and this is Node ${running.version}; ` +
        `run \`npm install --include=optional\` in ${root}, which brings Node 24 along.`,
    };
  }
  return {
    problem:
      `Forestall needs Node 22.12 or newer and this is Node ${running.version}; ` +
      "install Node 24 from https://nodejs.org and try again.",
  };
}

/**
 * Left to itself, V8 lets garbage grow with the memory of the machine: under five times its load the server then took
 * 650 MB for 80 MB of living objects. With these it takes about 470, and a tenth more of the processor.
 */
export const MEMORY_FLAGS = ["--heap-growing-percent=50", "--max-semi-space-size=32"];

/** Flags with which this Node runs TypeScript files without a word: 22.18 and 24 do so by themselves. */
export function typeStrippingFlags(version) {
  const asksForFlag = compareVersions(version, "22.18.0") < 0 || /^23\.[0-5]\./.test(version);
  const warns = compareVersions(version, "24.0.0") < 0;
  return [
    ...(asksForFlag ? ["--experimental-strip-types"] : []),
    ...(warns ? ["--disable-warning=ExperimentalWarning"] : []),
  ];
}
