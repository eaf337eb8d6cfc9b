import type { App } from "../../server/app/parts.ts";
import { adminOf } from "../../test/support/acting.ts";
import { TENANT } from "./world.ts";

const BY = { actor: "bench", reason: "bench" };
const MANY = 10_000_000;

/** A tenant that is live everywhere with everything that messages need. @returns its write token */
export async function prepareTenant(app: App): Promise<string> {
  const { tokens } = await adminOf(app).createTenant(TENANT, {}, BY);
  const links = [...app.messages.templates.values()].flatMap((template) => template.links);
  const site = "https://bench.example.com";
  await adminOf(app).saveSettings(
    TENANT,
    {
      product: { senderEmail: "help@bench.example.com", supportUrl: site },
      links: Object.fromEntries([...new Set(links)].map((key) => [key, `${site}/${key.toLowerCase()}`])),
      owners: { default: "owner@bench.example.com" },
    },
    BY,
  );
  // What is measured is one customer's trouble after the other, not one incident.
  const settings = await adminOf(app).settings(TENANT);
  const incident = { ...settings.incident, matches: MANY, personsOfAccount: MANY };
  await app.pipeline.tenantControl(TENANT, { kind: "settings", settings: { ...settings, incident } });
  await adminOf(app).live(TENANT, { all: true, force: true }, BY);
  return tokens.write;
}
