import { describe, expect, it } from "vitest";
import { clientAddress } from "../../../server/http/ingest/address.ts";

describe("where a request comes from", () => {
  it("is the socket's word alone when no proxy is trusted", () => {
    const addressOf = clientAddress(false);

    expect(addressOf("198.51.100.7", "203.0.113.9")).toBe("198.51.100.7");
    expect(addressOf(undefined, "203.0.113.9")).toBe("");
  });

  it("is what so many proxies wrote, and nothing that a client put before", () => {
    expect(clientAddress(1)("10.0.0.1", "6.6.6.6, 198.51.100.7")).toBe("198.51.100.7");
    expect(clientAddress(2)("10.0.0.1", "6.6.6.6, 198.51.100.7, 10.0.0.2")).toBe("198.51.100.7");
    expect(clientAddress(3)("10.0.0.1", "198.51.100.7")).toBe("198.51.100.7");
  });

  it("is the first address from the right that is no trusted proxy", () => {
    const addressOf = clientAddress(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);

    expect(addressOf("10.0.0.1", "6.6.6.6, 198.51.100.7, 192.0.2.1")).toBe("198.51.100.7");
    expect(addressOf("2001:db8::1", "198.51.100.7")).toBe("198.51.100.7");
    expect(addressOf("198.51.100.8", "6.6.6.6")).toBe("198.51.100.8");
  });

  it("stops at what is no address", () => {
    expect(clientAddress(2)("10.0.0.1", "unknown")).toBe("10.0.0.1");
    expect(clientAddress(2)("10.0.0.1", "<script>, 198.51.100.7")).toBe("198.51.100.7");
  });

  it("is one line for all addresses of an IPv6 network, and IPv4 in either spelling", () => {
    const addressOf = clientAddress(false);

    expect(addressOf("2001:db8:1:2:3::4", undefined)).toBe("2001:db8:1:2::/64");
    expect(addressOf("2001:db8:1:2:ffff::9", undefined)).toBe("2001:db8:1:2::/64");
    expect(addressOf("2001:db8::1", undefined)).toBe("2001:db8:0:0::/64");
    expect(addressOf("::1", undefined)).toBe("0:0:0:0::/64");
    expect(addressOf("::ffff:198.51.100.7", undefined)).toBe("198.51.100.7");
  });
});
