import { join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";
import { changeSource } from "../../server/actions/change-source.ts";
import { connectChannel } from "../../server/actions/connect-channel.ts";
import { connectSource } from "../../server/actions/connect-source.ts";
import type { AnyAction } from "../../server/actions/contract.ts";
import { createTenant } from "../../server/actions/create-tenant.ts";
import { createToken } from "../../server/actions/create-token.ts";
import { makePairingCode } from "../../server/actions/make-pairing-code.ts";
import { pairZendesk } from "../../server/actions/pair-zendesk.ts";
import { removeSource } from "../../server/actions/remove-source.ts";
import { revokeToken } from "../../server/actions/revoke-token.ts";
import { rotateSecret } from "../../server/actions/rotate-secret.ts";
import { rotateToken } from "../../server/actions/rotate-token.ts";
import { unpairZendesk } from "../../server/actions/unpair-zendesk.ts";
import { type Opened, openApp } from "../../server/app.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { type Store, StoreUnavailable } from "../../server/store/contract.ts";
import { NOON } from "../admin/world.ts";
import { configFor, scratchFolder } from "../cli/world.ts";
import { fakeClock } from "../fake-clock.ts";
import { copyFiles } from "../store/sqlite/files.ts";

const INSTALLATION = { host: "acme.zendesk.com", installation: "1" };

/** What an act needs: a tenant with a token, a source, a code and a pairing. */
interface Ready {
  readonly token: string;
  readonly code: string;
}

type Asked = readonly [action: AnyAction, params: (ready: Ready) => unknown];

/** Every act that changes tokens, sources, channels or pairings. */
const ACTS: readonly Asked[] = [
  [createToken, () => ({ role: "agent" })],
  [rotateToken, ({ token }) => ({ id: token, keepFor: 0 })],
  [revokeToken, ({ token }) => ({ id: token })],
  [connectSource, () => ({ system: "stripe", secrets: ["whsec_12345678"] })],
  [changeSource, () => ({ system: "sentry", settings: { userNamespace: "crm" } })],
  [rotateSecret, () => ({ system: "sentry", secret: "another-secret" })],
  [removeSource, () => ({ system: "sentry" })],
  [connectChannel, () => ({ system: "sendgrid", settings: { apiKey: "SG.a-key-of-somebody" } })],
  [makePairingCode, () => ({})],
  [pairZendesk, ({ code }) => ({ code, host: INSTALLATION.host, installation: "2" })],
  [unpairZendesk, () => ({ installation: INSTALLATION.installation })],
];

/** An application whose next commits can be watched, made to fail, or followed by a kill. */
async function anApp(onCommit: {
  take: (store: Store, batch: Parameters<Store["commit"]>[0]) => Promise<void>;
}) {
  const folder = scratchFolder();
  const open = (where: string, wrapStore?: (store: Store) => Store) =>
    openApp(configFor(where), {
      ...{ purpose: "a test", clock: fakeClock(NOON), log: silentLogger },
      ...(wrapStore === undefined ? {} : { wrapStore }),
    });
  const app = await open(folder, (store) => ({ ...store, commit: (batch) => onCommit.take(store, batch) }));
  onTestFinished(() => app.close());
  const ask = async (action: AnyAction, params: unknown) => {
    const by = { actor: "cli:tester", role: "operator", reason: "a test", token: null } as const;
    return (await app.actions.runUnread(action, { tenant: "acme", params, by })).result;
  };
  await ask(createTenant, {});
  const { id } = (await ask(createToken, { role: "agent" })) as { readonly id: string };
  await ask(connectSource, { system: "sentry", secrets: ["a-secret-of-sentry"] });
  const first = (await ask(makePairingCode, {})) as { readonly code: string };
  await ask(pairZendesk, { ...INSTALLATION, code: first.code });
  const { code } = (await ask(makePairingCode, {})) as { readonly code: string };
  return { app, folder, open, ask, ready: { token: id, code } };
}

const audits = async ({ store }: Opened): Promise<number> =>
  (await store.audit("acme", { limit: 200 })).rows.length;

/** All that these acts change. */
const kept = async ({ store }: Opened): Promise<unknown> => [
  await store.tokens(),
  await store.sources("acme"),
  await store.channels("acme"),
];

describe.each(ACTS.map(([action, params]) => [action.name, action, params] as const))(
  "%s",
  (_, action, params) => {
    it("leaves neither a change nor an audit row when the store fails", async () => {
      const onCommit = { take: (store: Store, batch: Parameters<Store["commit"]>[0]) => store.commit(batch) };
      const { app, ask, ready } = await anApp(onCommit);
      const before = [await audits(app), await kept(app)];
      onCommit.take = async () => {
        throw new StoreUnavailable("the disk is full");
      };

      await expect(ask(action, params(ready))).rejects.toThrow();

      expect([await audits(app), await kept(app)]).toEqual(before);
    });

    it("leaves both when the process is killed right after the first commit", async () => {
      const onCommit = { take: (store: Store, batch: Parameters<Store["commit"]>[0]) => store.commit(batch) };
      const { app, folder, open, ask, ready } = await anApp(onCommit);
      const before = { audits: await audits(app), kept: await kept(app) };
      const killed = scratchFolder();
      let commits = 0;
      onCommit.take = async (store, batch) => {
        await store.commit(batch);
        commits += 1;
        if (commits === 1) copyFiles(join(folder, "forestall.db"), join(killed, "forestall.db"));
      };

      await ask(action, params(ready));
      const after = await open(killed);
      onTestFinished(() => after.close());

      expect(await audits(after)).toBe(before.audits + 1);
      expect(await kept(after)).not.toEqual(before.kept);
      expect(await kept(after)).toEqual(await kept(app));
    });
  },
);
