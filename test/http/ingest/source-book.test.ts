import { describe, expect, it } from "vitest";
import { createSourceBook } from "../../../server/http/ingest/index.ts";
import { createRegistry } from "../../../server/integrations/registry.ts";
import type { ChannelRow, SourceRow } from "../../../server/store/contract.ts";
import { fakeClock } from "../../fake-clock.ts";
import { aSource } from "./harness.ts";

const clock = () => fakeClock(Date.UTC(2026, 2, 2, 12));

function bookOf(sources: SourceRow[], channels: ChannelRow[] = [], time = clock()) {
  const outbound = { open: () => Promise.reject(new Error("nothing goes out")) };
  let reads = 0;
  let broken = false;
  const store = {
    sources: async () => {
      reads++;
      if (broken) throw new Error("the store cannot be read");
      return sources;
    },
    channels: async () => channels,
  };
  return {
    book: createSourceBook(store, createRegistry({ outbound, clock: time }), time),
    time,
    reads: () => reads,
    breakStore: () => {
      broken = true;
    },
  };
}

describe("what is connected", () => {
  it("is found by its id, and by the system where it is the usual or the only one", async () => {
    const { book } = bookOf([
      aSource("stripe", ["a"], { id: "eu" }),
      aSource("sentry", ["b"], { id: "web" }),
      aSource("sentry", ["c"], { id: "api" }),
      aSource("zendesk", ["d"], { id: "default" }),
      aSource("zendesk", ["e"], { id: "other" }),
    ]);

    expect((await book.webhook("acme", "stripe", null))?.secrets).toEqual(["a"]);
    expect(await book.webhook("acme", "sentry", null)).toBeNull();
    expect((await book.webhook("acme", "sentry", "api"))?.secrets).toEqual(["c"]);
    expect((await book.webhook("acme", "zendesk", null))?.secrets).toEqual(["d"]);
    expect(await book.webhook("globex", "stripe", null)).toBeNull();
    expect(await book.webhook("acme", "stripe", "us")).toBeNull();
  });

  it("has receipts where a channel does, with the secrets of its settings and those that were added", async () => {
    const settings = { accountSid: "AC1", authToken: "from-settings" };
    const twilio = { tenant: "acme", kind: "sms", system: "twilio", settings };
    const { book } = bookOf([aSource("twilio", ["second-token"]), aSource("sendgrid", ["key"])], [twilio]);

    expect((await book.receipts("acme", "twilio"))?.secrets).toEqual(["second-token", "from-settings"]);
    expect((await book.receipts("acme", "sendgrid"))?.secrets).toEqual(["key"]);
    expect(await book.receipts("acme", "stripe")).toBeNull();
    expect(await book.webhook("acme", "twilio", null)).toBeNull();
  });

  it("is read again when it may have changed, and not for every stranger", async () => {
    const rows: SourceRow[] = [];
    const { book, time, reads } = bookOf(rows);

    for (let i = 0; i < 100; i++) expect(await book.webhook("acme", "stripe", null)).toBeNull();
    expect(reads()).toBe(1);
    rows.push(aSource("stripe", ["a"]));
    time.advance(1_000);
    expect(await book.webhook("acme", "stripe", null)).not.toBeNull();
    rows.length = 0;
    time.advance(4_999);
    expect(await book.webhook("acme", "stripe", null)).not.toBeNull();
    time.advance(1);
    expect(await book.webhook("acme", "stripe", null)).toBeNull();
  });

  it("is known at once when this process changed it", async () => {
    const rows: SourceRow[] = [];
    const { book } = bookOf(rows);
    await book.webhook("acme", "stripe", null);

    rows.push(aSource("stripe", ["a"]));
    await book.reload();

    expect(await book.webhook("acme", "stripe", null)).not.toBeNull();
  });

  it("is still believed while the store cannot be read", async () => {
    const { book, time, breakStore } = bookOf([aSource("stripe", ["a"])]);
    await book.webhook("acme", "stripe", null);

    breakStore();
    time.advance(60_000);

    expect(await book.webhook("acme", "stripe", null)).not.toBeNull();
  });
});
