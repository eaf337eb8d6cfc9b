/** The help desk of the simulated tenant: the stand-in for Zendesk, with tickets of the simulated customers. */
import type { By } from "../../actions/contract.ts";
import { makePairingCode } from "../../actions/make-pairing-code.ts";
import { pairZendesk } from "../../actions/pair-zendesk.ts";
import type { App } from "../../app/parts.ts";
import type { Running } from "../../app/serve.ts";
import type { ApiDeps } from "../../http/api/deps.ts";
import type { ZendeskDeps } from "../../http/zendesk/index.ts";
import type { Cast } from "../history/story.ts";
import { TROUBLES } from "../history/troubles.ts";
import type { Player } from "../live/player.ts";
import { createRandom } from "../random.ts";
import { DEMO_TENANT } from "../tenant.ts";
import type { World } from "../world/world.ts";
import { type Stage, startZendeskHost } from "../zendesk-host/index.ts";
import { choose, look } from "./requesters.ts";
import { AGENT, hintOf, type Shown, ticketsFor } from "./tickets.ts";

export interface HelpDesk {
  /** Its front page. */
  readonly url: string;
  /** The public key of the app, for the server to trust. */
  readonly publicPem: string;
  /** What the server has to know of what stands in for Zendesk. */
  readonly standIn: Pick<ZendeskDeps, "sdkUrl" | "standIn">;
  /** Connects it with the server, and chooses whose tickets it has. */
  open(app: Running, world: World): Promise<void>;
  /** Something can go wrong for its requesters from now on. */
  enliven(player: Player): void;
  close(): Promise<void>;
}

const SUBDOMAIN = "larkstand";
const INSTALLATION = 360_002_104_711;
const BY: By = { actor: "system:demo", role: "operator", reason: "the demo", token: null };

/** Waits until it is opened: its address has to be known before the server starts. */
export async function startHelpDesk(port: number): Promise<HelpDesk> {
  let behind: { readonly app: Running; readonly world: World; readonly shown: readonly Shown[] } | null =
    null;
  let player: Player | null = null;
  const trouble = createTrouble();
  const start = (at: number) =>
    startZendeskHost({
      port: at,
      appUrl: () => behind?.app.url ?? "",
      stage: async () => (behind === null ? null : stageOf(behind.app, behind.shown)),
      async trouble(user) {
        const known = behind?.shown.find(({ ticket }) => ticket.requester.id === user)?.known ?? null;
        if (behind === null || player === null || known === null) return false;
        await trouble(player, known, behind.app.now());
        return true;
      },
    });
  const host = await start(port).catch(() => start(0));
  return {
    url: host.origin,
    publicPem: host.keys.publicPem,
    standIn: { sdkUrl: host.sdkUrl, standIn: host.origin },
    async open(app, world) {
      await pair(app);
      const now = app.now();
      behind = { app, world, shown: ticketsFor(await choose(readingOf(app), world, now), now) };
    },
    enliven(given) {
      player = given;
    },
    close: () => host.close(),
  };
}

/** As an admin does it: with a code, once. */
async function pair({ actions, reads }: App): Promise<void> {
  const account = { host: `${SUBDOMAIN}.zendesk.com`, installation: String(INSTALLATION) };
  const paired = await reads.zendeskPairings(DEMO_TENANT);
  if (paired.some(({ installation }) => installation === account.installation)) return;
  const { result } = await actions.run(makePairingCode, { tenant: DEMO_TENANT, params: {}, by: BY });
  await actions.run(pairZendesk, { tenant: "", params: { code: result.code, ...account }, by: BY });
}

async function stageOf(app: Running, shown: readonly Shown[]): Promise<Stage> {
  const deps = readingOf(app);
  const tickets = await Promise.all(
    shown.map(async ({ ticket, known, note }) => {
      const now = known === null ? null : await look(deps, known.person, known.account, app.now());
      return { ...ticket, hint: hintOf(now?.risk ?? null, note) };
    }),
  );
  return { subdomain: SUBDOMAIN, installation: INSTALLATION, agent: AGENT, tickets };
}

/** What the API reads with; nothing is done here. */
const readingOf = ({ store, pipeline, clock, actions }: Running): ApiDeps => ({
  ...{ store, pipeline, clock, actions },
  render: async () => null,
});

/** Everybody can fail to log in and see a crash; the API is used by some. One after the other. */
const PLAYED = ["P-009", "P-028", "P-001", "P-003"];

function createTrouble() {
  let turn = 0;
  return async (
    player: Player,
    { person, account }: Pick<Cast, "account"> & { readonly person: Cast["actor"] },
    at: number,
  ) => {
    const able = TROUBLES.filter(
      ({ pattern, fits }) => PLAYED.includes(pattern) && fits?.(account) !== false,
    );
    const trouble = able[turn++ % able.length];
    const colleagues = account.people.filter((each) => each !== person);
    const serial = `desk-${at.toString(36)}`;
    if (trouble !== undefined)
      await player.play(trouble, {
        account,
        actor: person,
        colleagues,
        random: createRandom(serial),
        at,
        serial,
      });
  };
}
