import type { ServerOptions } from "node:http";
import type { Quota } from "../rate-limit.ts";

const KB = 1024;
const MB = 1024 * KB;

/** What one request may be. Sizes are bytes of the body, times milliseconds. */
export interface IngestLimits {
  readonly singleBytes: number;
  readonly batchBytes: number;
  readonly batchEvents: number;
  /** Of a webhook, unless its source asks for more or less. */
  readonly webhookBytes: number;
  /** How many times its size a compressed body may grow, above `inflateFloor`. JSON reaches some 60. */
  readonly inflateRatio: number;
  readonly inflateFloor: number;
  /** From the headers to the last byte of the body. */
  readonly bodyTime: number;
  /** After a refusal the rest of a body is thrown away for so long, so that the sender reads the answer. */
  readonly lingerTime: number;
  /** Bytes of all bodies that are being read or judged. */
  readonly heldBytes: number;
  readonly token: Quota;
  readonly publicToken: Quota;
  readonly source: Quota;
  readonly address: Quota;
}

/**
 * The quotas are there against mistakes and floods, not to ration: a tenant may send as much as the server takes,
 * and the pipeline itself says when it is too much. Browsers are many, so a public token counts per address.
 */
export const LIMITS: IngestLimits = {
  singleBytes: 256 * KB,
  batchBytes: MB,
  batchEvents: 1_000,
  webhookBytes: MB,
  inflateRatio: 100,
  inflateFloor: 64 * KB,
  bodyTime: 10_000,
  lingerTime: 1_000,
  heldBytes: 64 * MB,
  token: { name: "token", requests: 200_000, windowS: 10 },
  publicToken: { name: "browser", requests: 600, windowS: 60 },
  source: { name: "source", requests: 200_000, windowS: 10 },
  address: { name: "address", requests: 200_000, windowS: 10 },
};

/** For `http.createServer`: a client that is slow with its headers, or idles, does not keep its socket. */
export const SERVER_OPTIONS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * KB,
};
