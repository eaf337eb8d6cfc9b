import { createHmac, randomUUID } from "node:crypto";
import { type Running, startServer } from "../../server/app.ts";
import type { Config } from "../../server/config.ts";
import { type Stage, startZendeskHost, type ZendeskHost } from "../../server/demo/zendesk-host/index.ts";
import { silentLogger } from "../../server/lib/log.ts";
import { adminOf } from "../support/acting.ts";

const BY = { actor: "test", reason: "test" };

/** A whole server, and a stand-in for Zendesk whose account is paired with one of its tenants. */
export interface Paired {
  readonly app: Running;
  readonly host: ZendeskHost;
  readonly tenant: string;
  /** Events of the tenant's own systems, over HTTP; 250 ms apart, the last of them now. */
  tell(tenant: string, events: readonly Told[]): Promise<void>;
  /** A ticket was opened, says Zendesk's signed webhook. */
  tellTicket(ticket: string, requester: number, category: string): Promise<void>;
  close(): Promise<void>;
}

export interface Told {
  readonly type: string;
  /** `account/<id>` or `person/<id>` */
  readonly subject: string;
  readonly data: object;
}

export interface PairedOptions {
  readonly config: Config;
  readonly stage: Stage;
  /** Where Vite built the app. */
  readonly builtIn: string;
  /** The first is the paired one. */
  readonly tenants: readonly string[];
}

export async function startPaired({ config, stage, builtIn, tenants }: PairedOptions): Promise<Paired> {
  let url = "";
  const host = await startZendeskHost({ appUrl: () => url, stage: () => stage });
  const { sdkUrl, origin } = host;
  const app = await startServer(
    { ...config, publicUrl: null, zendeskKeys: [host.keys.publicPem] },
    { log: silentLogger, zendesk: { sdkUrl, standIn: origin, builtIn } },
  );
  url = app.url;
  const write = new Map<string, string>();
  for (const id of tenants) {
    const { tokens } = await adminOf(app).createTenant(id, {}, BY);
    write.set(id, tokens.write);
  }
  const [tenant = ""] = tenants;
  const { code } = await adminOf(app).pairZendesk(tenant, {}, BY);
  const account = { host: `${stage.subdomain}.zendesk.com`, installation: String(stage.installation) };
  await adminOf(app).redeemZendesk(code, account, BY);
  const secret = `whsec_${randomUUID()}`;
  await adminOf(app).addSource(tenant, { system: "zendesk", secrets: [secret] }, BY);
  return {
    app,
    host,
    tenant,
    async tell(to, events) {
      await post(`${url}/v1/events`, JSON.stringify(inTime(events)), {
        authorization: `Bearer ${write.get(to)}`,
        "content-type": "application/cloudevents-batch+json",
      });
    },
    async tellTicket(ticket, requester, category) {
      const body = JSON.stringify(ticketCreated(ticket, requester, category));
      const stamp = new Date().toISOString();
      await post(`${url}/webhooks/${tenant}/zendesk`, body, {
        "content-type": "application/json",
        "x-zendesk-webhook-signature": createHmac("sha256", secret)
          .update(stamp)
          .update(body)
          .digest("base64"),
        "x-zendesk-webhook-signature-timestamp": stamp,
        "x-zendesk-webhook-invocation-id": randomUUID(),
      });
    },
    async close() {
      await host.close();
      await app.close();
    },
  };
}

function inTime(events: readonly Told[]) {
  const now = Date.now();
  return events.map((event, i) => ({
    ...event,
    specversion: "1.0",
    id: randomUUID(),
    source: "test",
    time: new Date(now - (events.length - 1 - i) * 250).toISOString(),
  }));
}

function ticketCreated(ticket: string, requester: number, category: string) {
  return {
    type: "zen:event-type:ticket.created",
    id: randomUUID(),
    time: new Date().toISOString(),
    zendesk_event_version: "2022-11-06",
    subject: `zen:ticket:${ticket}`,
    detail: { id: ticket, requester_id: String(requester), status: "NEW", tags: [category] },
    event: {},
  };
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const answer = await fetch(url, { method: "POST", body, headers });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}
