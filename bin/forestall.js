#!/usr/bin/env node
// Plain JavaScript on purpose: it must parse on any Node from 18 on, to say in one line what is wrong there.
// The server itself is TypeScript, and some of its packages end an older Node without a catchable error.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseNode, findPackage, MEMORY_FLAGS, typeStrippingFlags } from "./node-version.js";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "server", "main.ts");

/** Whether the server has been asked to stop, by us or by the terminal. */
let told = false;

launch();

function launch() {
  if (!existsSync(main)) return refuse(`This copy of Forestall is incomplete: ${main} is missing.`);
  const missing = missingPackage();
  if (missing) {
    return refuse(
      `Forestall's packages are not installed (${missing} is missing); run \`npm install\` in ${root}.`,
    );
  }
  const node = chooseNode(root, {
    version: process.versions.node,
    path: process.execPath,
    platform: `${process.platform}-${process.arch}`,
  });
  if (node.problem) return refuse(node.problem);
  run(node);
}

function missingPackage() {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.keys(dependencies || {}).find((name) => !findPackage(root, name));
}

function run(node) {
  // The bundled Node is newer than every version that needs a flag.
  const flags = node.version ? typeStrippingFlags(node.version) : [];
  const child = spawn(node.path, [...MEMORY_FLAGS, ...flags, main, ...process.argv.slice(2)], {
    env: { ...compiledCode(), ...process.env },
    // The channel carries no messages: it breaks when this process is killed, and so tells the other one to end.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of FORWARDED) process.on(signal, () => forward(child, signal));
  if (process.env.npm_command) stopWithNpm(child);
  child.on("error", (error) => refuse(`Forestall could not start ${node.path}: ${error.message}.`));
  child.on("exit", (code, signal) => (signal ? dieOf(signal) : process.exit(code)));
}

/**
 * Node keeps what it compiled, and the next start takes half the time. It is kept with the packages and not in the
 * temporary folder that Node would choose, as what lies there is run; where nothing may be written, nothing is kept.
 */
function compiledCode() {
  const packages = join(root, "node_modules");
  try {
    accessSync(packages, constants.W_OK);
    return { NODE_COMPILE_CACHE: join(packages, ".cache", "forestall") };
  } catch {
    return {};
  }
}

/** A terminal sends Ctrl-C to the server as well; a second one would read as "stop at once". */
function forward(child, signal) {
  told = true;
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  if (signal !== "SIGINT" || !inTerminal) child.kill(signal);
}

/**
 * npm runs a command through a shell, and passes a signal on to that shell alone, which dies and leaves the server
 * behind. So a server that npm started ends when the shell is gone. Without npm, outliving the shell is what is wanted.
 */
function stopWithNpm(child) {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    if (!told) child.kill("SIGTERM");
  }, 250);
  watch.unref();
}

/** Ends the way the server ended, so that a service manager sees the true cause. */
function dieOf(signal) {
  for (const each of FORWARDED) process.removeAllListeners(each);
  process.kill(process.pid, signal);
}

function refuse(line) {
  process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
