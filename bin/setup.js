// Installs the packages when they are missing or older than package-lock.json; otherwise does nothing, at once.
// Plain JavaScript on purpose: npm runs it with whatever Node is there, before a single package is installed.
//
//   node bin/setup.js         what the server needs
//   node bin/setup.js --dev   also what the tests, checks and benches need
//
// It runs as an npm pre-script: a shell remembers where it found `node`, so a script that installs Node 24 and
// goes on in the same shell would still run on the old one.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findPackage } from "./node-version.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const forTests = process.argv.includes("--dev");
const stamp = join(root, "node_modules", ".forestall-installed");

if (!isInstalled()) install();

function isInstalled() {
  const lists = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const needed = Object.keys({ ...lists.dependencies, ...(forTests ? lists.devDependencies : {}) });
  return needed.every((name) => findPackage(root, name)) && (stampMatches() || installedByHand());
}

function stampMatches() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === fingerprint();
}

/** npm leaves this file behind with every install: newer than the lockfile, it says that somebody ran npm since. */
function installedByHand() {
  const trace = join(root, "node_modules", ".package-lock.json");
  return existsSync(trace) && statSync(trace).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

/** The packages asked for, and the machine they were chosen for: a folder copied to another one is redone. */
function fingerprint() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  return `${hash} ${process.platform}-${process.arch}\n`;
}

function install() {
  const output = [];
  const npm = startNpm();
  const progress = showProgress("Installing the packages, once (half a minute or so)");
  npm.stdout.on("data", (chunk) => output.push(chunk));
  npm.stderr.on("data", (chunk) => output.push(chunk));
  npm.on("error", (error) => finish(1, `npm could not be started: ${error.message}`));
  npm.on("close", (code) => finish(code === 0 ? 0 : 1, reasonIn(Buffer.concat(output).toString())));

  function finish(code, reason) {
    progress.stop();
    if (code === 0) writeFileSync(stamp, fingerprint());
    else process.stderr.write(`Installing the packages failed: ${reason}\nTry \`npm install\` in ${root}.\n`);
    process.exitCode = code;
  }
}

/**
 * `install`, not `ci`: it keeps what is there, and takes exactly the versions of package-lock.json without writing it.
 * No package here needs its install script. The Node that runs npm is the one that started it, even where
 * node_modules holds another that is about to be replaced.
 */
function startNpm() {
  const words = [
    "install",
    "--no-save",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--engine-strict=false",
  ];
  words.push("--include=optional", ...(forTests ? ["--include=dev"] : []), "--loglevel=error");
  const { npm_execpath: npmFile, npm_node_execpath: npmNode } = process.env;
  const options = { cwd: root, stdio: ["ignore", "pipe", "pipe"] };
  if (npmFile && existsSync(npmFile)) return spawn(npmNode || process.execPath, [npmFile, ...words], options);
  return spawn("npm", words, { ...options, shell: process.platform === "win32" });
}

/** One line: it counts seconds in a terminal and is written once elsewhere. */
function showProgress(text) {
  const started = Date.now();
  const terminal = process.stderr.isTTY;
  const draw = () => process.stderr.write(`\r${text} ... ${Math.round((Date.now() - started) / 1000)} s `);
  const timer = terminal ? setInterval(draw, 1000) : undefined;
  process.stderr.write(terminal ? `${text} ... ` : `${text} ...\n`);
  return {
    stop() {
      clearInterval(timer);
      if (terminal) process.stderr.write("\n");
    },
  };
}

/** The lines in which npm says what is wrong, without its advice and log paths. */
function reasonIn(output) {
  const lines = output.split("\n").filter((line) => /^npm (error|ERR!)/.test(line));
  const words = lines.map((line) => line.replace(/^npm (error|ERR!)\s*/, "")).filter(Boolean);
  return words.slice(0, 3).join("; ") || output.trim().split("\n").pop() || "npm gave no reason";
}
