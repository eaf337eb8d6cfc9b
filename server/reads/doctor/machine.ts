import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../actions/contract.ts";
import { DAY, MINUTE } from "../../core/time.ts";
import { othersCanRead } from "../../lib/secret-key-file.ts";
import type { ReadDeps } from "../lists.ts";

const OLDEST_NODE = [22, 12] as const;
const GIGABYTE = 2 ** 30;
/** Less than this and the next busy day may fill the disk. */
const LITTLE_SPACE = 2 * GIGABYTE;
/** Less than this and the database cannot even be checkpointed and backed up. */
const NO_SPACE = GIGABYTE / 4;

const ok = (what: string): Finding => ({ level: "ok", tenant: null, what, todo: null });
const warning = (what: string, todo: string): Finding => ({ level: "warning", tenant: null, what, todo });
const problem = (what: string, todo: string): Finding => ({ level: "problem", tenant: null, what, todo });

/** The machine, the data folder and the clock. */
export async function examineMachine(deps: ReadDeps): Promise<readonly Finding[]> {
  return [
    nodeVersion(process.versions.node),
    folder(deps.config.dataDir),
    space(deps.config.dataDir),
    keyFile(join(deps.config.dataDir, "secret-key")),
    await clock(deps),
  ];
}

export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldest, least] = OLDEST_NODE;
  const fits = major > oldest || (major === oldest && minor >= least);
  if (fits) return ok(`Node ${version}`);
  return problem(
    `Node ${version} is too old`,
    `Install Node 24 (${oldest}.${least} is the oldest that works).`,
  );
}

function folder(path: string): Finding {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return ok(`the data folder ${path} can be written`);
  } catch {
    return problem(`the data folder ${path} cannot be written`, "Give it to the user the server runs as.");
  }
}

function space(path: string): Finding {
  const { bavail, bsize } = statfsSync(path);
  return spaceLeft(bavail * bsize);
}

export function spaceLeft(free: number): Finding {
  const shown = `${(free / GIGABYTE).toFixed(1)} GB are free on the disk of the data folder`;
  if (free < NO_SPACE) return problem(`only ${shown}`, "Make room: without space nothing is taken in.");
  return free < LITTLE_SPACE ? warning(`only ${shown}`, "Make room before it is full.") : ok(shown);
}

function keyFile(path: string): Finding {
  if (!existsSync(path)) return ok("the secret key comes from FORESTALL_SECRET_KEY");
  if (!othersCanRead(path)) return ok("the secret key can be read by its owner only");
  return problem(`others can read the secret key in ${path}`, `Run \`chmod 600 ${path}\`.`);
}

/** A clock that was set back would hold timers and releases up, without anything looking wrong. */
async function clock({ store, now }: ReadDeps): Promise<Finding> {
  const [newest] = await store.inputs({ after: Math.max(0, (await store.lastSeq()) - 1), limit: 1 });
  const ahead = newest === undefined ? 0 : newest.receivedAt - now();
  if (ahead > 5 * MINUTE && ahead < 365 * DAY) {
    const by = Math.round(ahead / MINUTE);
    return problem(
      `the clock is ${by} min behind the newest event taken in`,
      "Set the clock of this machine, best by NTP.",
    );
  }
  return ok("the clock does not lag behind what was taken in");
}
