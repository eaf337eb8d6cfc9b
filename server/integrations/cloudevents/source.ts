import type { Incoming } from "../../core/event.ts";
import { equalSecrets } from "../../lib/constant-time.ts";
import { parseJson } from "../../lib/json.ts";
import { refuse, VERIFIED } from "../../lib/signature.ts";
import { type Normalised, type Source, Unreadable } from "../contract.ts";
import { readCloudEvent } from "./read.ts";

/**
 * CloudEvents 1.0 in JSON, one or a batch. `/v1/events` takes them with a write token; under `/webhooks` the secret of
 * the source stands in `Authorization: Bearer`, for senders that are given an address of their own.
 */
export const source: Source = {
  secret: { madeBy: "us", where: "the header Authorization that the sender writes, after Bearer" },

  verify(request, secrets) {
    const header = request.headers.authorization;
    if (header === undefined) return refuse("missing");
    const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
    if (token === undefined) return refuse("malformed");
    const found = secrets.filter((secret) => secret !== "" && equalSecrets(secret, token)).length > 0;
    return found ? VERIFIED : refuse("mismatch");
  },

  normalise(request): Normalised {
    const body = parseJson(request.body, Unreadable);
    const events: Incoming[] = [];
    const positions: number[] = [];
    const rejected: { index: number; reason: string }[] = [];
    for (const [index, value] of (Array.isArray(body) ? body : [body]).entries()) {
      const read = readCloudEvent(value, request.receivedAt);
      if (typeof read === "string") rejected.push({ index, reason: read });
      else {
        events.push(read);
        positions.push(index);
      }
    }
    return { events, positions, rejected, receipts: [], webhookId: null, ignored: [] };
  },
};
