import { BlockList, isIP } from "node:net";
import type { Config } from "../../config.ts";

export type ClientAddress = (remote: string | undefined, forwarded: string | undefined) => string;

/**
 * Where a request comes from. `X-Forwarded-For` is believed only as far as proxies that we trust have written it: a
 * number is how many of them stand in front, a list names them. Everything further left is the client's own word.
 */
export function clientAddress(trust: Config["trustProxy"]): ClientAddress {
  const trusts = trustOf(trust);
  return (remote, forwarded) => {
    const direct = plain(remote ?? "");
    if (forwarded === undefined || !trusts(direct, 0)) return groupOf(direct);
    const hops = forwarded.split(",", 50).map((part) => plain(part.trim()));
    let address = direct;
    for (let hop = 0; trusts(address, hop); hop++) {
      const next = hops.pop();
      if (next === undefined || isIP(next) === 0) break;
      address = next;
    }
    return groupOf(address);
  };
}

function trustOf(trust: Config["trustProxy"]): (address: string, hop: number) => boolean {
  if (trust === false) return () => false;
  if (typeof trust === "number") return (_address, hop) => hop < trust;
  const list = new BlockList();
  for (const entry of trust) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? "ipv6" : "ipv4");
  };
}

/** An IPv4 address that came over IPv6 is the same address. */
function plain(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** One customer's line has 2^64 IPv6 addresses: they count as one. */
function groupOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...Array<string>(Math.max(0, zeros)).fill("0"), ...after];
  return `${all.slice(0, 4).join(":")}::/64`;
}
