import { lookup as systemLookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/** One address a name stands for. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}
export type Resolve = (hostname: string) => Promise<readonly Address[]>;

/** A URL that was checked, and the one address that a connection may go to. */
export interface PinnedUrl {
  readonly url: URL;
  readonly pinned: Address;
}

/** The address is not one that a tenant may send us to. Says which rule, never which machine was found there. */
export class RefusedUrl extends Error {
  override readonly name = "RefusedUrl";
}

/** Networks of RFC 6890 that are not the public internet; multicast and the reserved rest belong to them. */
const NOT_PUBLIC_4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** Within 2000::/3, the only public part of IPv6: tunnels that end in an IPv4 address, and documentation. */
const NOT_PUBLIC_6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const blocked = new BlockList();
for (const range of NOT_PUBLIC_4) addTo(blocked, range, "ipv4");
for (const range of NOT_PUBLIC_6) addTo(blocked, range, "ipv6");
const global6 = new BlockList();
addTo(global6, "2000::/3", "ipv6");
const loopback = new BlockList();
addTo(loopback, "127.0.0.0/8", "ipv4");
addTo(loopback, "::1/128", "ipv6");

/**
 * Checks where a tenant's setting sends us: https only, no credentials, and every address the name stands for must
 * be public. The caller connects to `pinned` and to nothing else, so that a second look-up cannot answer otherwise.
 * With `allowLoopback` this machine may be named too, over plain http.
 * @throws RefusedUrl; an error of the look-up passes as it is
 */
export async function checkOutbound(
  text: string,
  options: { readonly allowLoopback: boolean; readonly resolve?: Resolve },
): Promise<PinnedUrl> {
  const url = parse(text);
  const found = await (options.resolve ?? resolveBySystem)(url.hostname.replace(/^\[|\]$/g, ""));
  const [first] = found;
  if (first === undefined) throw new RefusedUrl("the name stands for no address");
  const local = options.allowLoopback && found.every(isLoopback);
  if (!local && !found.every(isPublic)) throw new RefusedUrl("the address is not on the public internet");
  if (url.protocol !== "https:" && !local) throw new RefusedUrl("the address must start with https://");
  return { url, pinned: first };
}

/** Whether an address is on the public internet. IPv4 written as IPv6 is not: nobody needs it. */
export function isPublic({ address, family }: Address): boolean {
  if (isIP(address) !== family) return false;
  if (family === 4) return !blocked.check(address, "ipv4");
  return global6.check(address, "ipv6") && !blocked.check(address, "ipv6");
}

function isLoopback({ address, family }: Address): boolean {
  return isIP(address) === family && loopback.check(address, family === 4 ? "ipv4" : "ipv6");
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw new RefusedUrl("this is not an address");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new RefusedUrl("the address must start with https://");
  }
  if (url.username !== "" || url.password !== "") throw new RefusedUrl("the address must carry no password");
  if (url.hash !== "" || url.search !== "") throw new RefusedUrl("the address must have no query");
  return url;
}

const resolveBySystem: Resolve = async (hostname) => {
  const found = await systemLookup(hostname, { all: true, verbatim: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

function addTo(list: BlockList, range: string, type: "ipv4" | "ipv6"): void {
  const [network = "", prefix = ""] = range.split("/");
  list.addSubnet(network, Number(prefix), type);
}
