import { z } from "zod";
import { known } from "../../lib/foreign.ts";
import type { RiskRow } from "../../store/contract.ts";
import type * as wire from "../wire.ts";
import { pageOf, readCursor } from "./cursor.ts";
import type { ApiDeps } from "./deps.ts";
import { iso } from "./present.ts";
import * as replies from "./replies.ts";
import { type Route, route } from "./route.ts";
import { nothing, page } from "./schemas.ts";

/** Who works with single persons; an analyst sees them without their names. */
const WORKERS = ["agent", "ops", "admin"] as const;
const query = z.strictObject({
  ...page,
  band: z.enum(["normal", "watch", "alert", "critical"]).optional().meta({ description: "Only this band" }),
  kind: z.enum(["account", "person"]).optional().meta({ description: "Only accounts, or only persons" }),
  segment: z.string().max(200).optional().meta({ description: "Only accounts of this segment" }),
  owner: z.string().max(200).optional().meta({ description: "Only accounts that this person looks after" }),
  pattern: z.string().max(100).optional().meta({ description: "Only where this pattern has fired, by id" }),
  q: z.string().trim().max(200).optional().meta({ description: "Part of the name" }),
});

/** Everybody by score, and what the list can be narrowed by. */
export function riskListRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/risks",
      summary: "Accounts and persons by score, highest first",
      roles: [...WORKERS, "analyst"],
      query,
      body: null,
      reply: replies.pageReply(replies.riskItem),
      async handle(call) {
        const { after, limit, q, ...filter } = call.query;
        const list = { tenant: call.tenant, path: "/risks", filter: { ...filter, q } };
        const rows = await deps.store.risks(call.tenant, {
          ...known({ ...filter, name: q === "" ? undefined : q }),
          limit,
          ...readCursor(list, after),
        });
        const named = (WORKERS as readonly string[]).includes(call.token.role);
        const names = named ? await namesOf(deps, call.tenant, rows.rows) : new Map();
        return { body: pageOf(list, rows, (row) => lineOf(row, names.get(row.key) ?? row.name)) };
      },
    }),
    route({
      method: "get",
      path: "/risks/filters",
      summary: "The owners and segments that accounts at risk have, in alphabetical order",
      roles: [...WORKERS, "analyst"],
      query: nothing,
      body: null,
      reply: replies.riskFilters,
      handle: async (call) => ({ body: await deps.store.riskFilters(call.tenant) }),
    }),
  ];
}

/** Names of the persons on a page, by their keys: the contact table alone has them, encrypted. */
async function namesOf(
  { store }: ApiDeps,
  tenant: string,
  rows: readonly RiskRow[],
): Promise<ReadonlyMap<string, string | null>> {
  const persons = rows.filter(({ key }) => key.startsWith("person/"));
  const names = persons.map(async ({ key }) => {
    const contact = await store.contact(tenant, subjectOf(key).id);
    return [key, contact?.name ?? contact?.preferredName ?? null] as const;
  });
  return new Map(await Promise.all(names));
}

function lineOf(row: RiskRow, name: string | null): wire.RiskListItem {
  const { key, score, band, why, at, segment, owner } = row;
  return { ...subjectOf(key), name, score, band, why, at: iso(at), segment, owner };
}

function subjectOf(key: string): Pick<wire.RiskListItem, "kind" | "id"> {
  return key.startsWith("account/")
    ? { kind: "account", id: key.slice("account/".length) }
    : { kind: "person", id: key.slice("person/".length) };
}
