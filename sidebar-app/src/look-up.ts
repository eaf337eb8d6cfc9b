import type { Api } from "./api.ts";
import type { PageBody, RequesterBody, RiskListItem } from "./wire.ts";

/** An address is looked up as it is, never searched for: the server knows it by its keyed hash only. */
export const isAddress = (text: string): boolean => text.includes("@");

/** Who has exactly this address, and their account. */
export async function byAddress(api: Api, address: string): Promise<readonly RiskListItem[]> {
  return listed(await api.get<RequesterBody>("/requesters", { email: address.trim() }));
}

/** Persons by exact address, or by name as the list knows them. */
export async function findPersons(api: Api, text: string): Promise<readonly RiskListItem[]> {
  if (text === "") return [];
  if (isAddress(text)) return (await byAddress(api, text)).filter(({ kind }) => kind === "person");
  return (await api.get<PageBody<RiskListItem>>("/risks", { kind: "person", q: text, limit: "20" })).items;
}

/** Who was found by an address, as lines of the list. */
function listed({ person, account, personRisk, accountRisk }: RequesterBody): readonly RiskListItem[] {
  const common = { segment: account?.segment ?? null, owner: account?.owner ?? null };
  const lines: RiskListItem[] = [];
  for (const [kind, found, risk] of [
    ["person", person, personRisk],
    ["account", account, accountRisk],
  ] as const) {
    if (found === null) continue;
    lines.push({
      ...common,
      kind,
      id: found.id,
      name: kind === "account" ? (account?.name ?? null) : null,
      score: risk?.score ?? 0,
      band: risk?.band ?? "normal",
      why: risk?.contributions[0]?.why ?? "",
      at: risk?.asOf ?? "",
    });
  }
  return lines;
}
