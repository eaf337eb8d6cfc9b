import type { Clock } from "../lib/clock.ts";
import { tooMany } from "./problem.ts";

/** So many requests in each window of time. */
export interface Quota {
  readonly name: string;
  readonly requests: number;
  readonly windowS: number;
}

/** Headers as draft-ietf-httpapi-ratelimit-headers writes them: policy, what is left, seconds until there is more. */
export type LimitHeaders = Readonly<Record<"ratelimit-policy" | "ratelimit", string>>;

export interface Limiter {
  /** Counts one request. @throws Problem 429 with Retry-After */
  take(key: string): LimitHeaders;
  /** @throws Problem 429 when nothing is left, without counting */
  check(key: string): void;
}

/** Bounds memory: a flood from ever new addresses forgets the oldest first. */
const MOST_KEYS = 50_000;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * A token bucket per key: `requests` may come at once, and they grow back evenly over the window. Unlike fixed
 * windows it never lets twice the quota through around a boundary.
 */
export function createLimiter(quota: Quota, clock: Clock): Limiter {
  const { name, requests, windowS } = quota;
  const perMs = requests / (windowS * 1_000);
  const buckets = new Map<string, Bucket>();
  const policy = `"${name}";q=${requests};w=${windowS}`;

  const filled = (key: string): Bucket => {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: requests, at: now };
    bucket.tokens = Math.min(requests, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    if (buckets.size > MOST_KEYS) {
      const oldest = buckets.keys().next().value;
      if (oldest !== undefined) buckets.delete(oldest);
    }
    return bucket;
  };
  const secondsTo = (wanted: number, bucket: Bucket) =>
    Math.max(0, Math.ceil((wanted - bucket.tokens) / perMs / 1_000));
  const headersOf = (bucket: Bucket): LimitHeaders => ({
    "ratelimit-policy": policy,
    ratelimit: `"${name}";r=${Math.floor(bucket.tokens)};t=${secondsTo(requests, bucket)}`,
  });
  const check = (bucket: Bucket) => {
    if (bucket.tokens >= 1) return;
    const wait = Math.max(1, secondsTo(1, bucket));
    throw tooMany(
      `At most ${requests} requests in ${windowS} s; try again in ${wait} s.`,
      wait,
      headersOf(bucket),
    );
  };

  return {
    take(key) {
      const bucket = filled(key);
      check(bucket);
      bucket.tokens -= 1;
      return headersOf(bucket);
    },
    check: (key) => check(filled(key)),
  };
}
