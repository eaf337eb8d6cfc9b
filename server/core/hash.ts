/**
 * A small, fast, well-mixed 32-bit hash (FNV-1a with murmur's finaliser) for spreading, never for secrets:
 * shards, holdout, release jitter.
 */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) that depends on nothing but the text. */
export function fraction(text: string): number {
  return hash32(text) / 0x1_0000_0000;
}

const SHARDS = 1024;

/** The shard of a unit: the grain in which work is given to processes. */
export function shardOf(tenant: string, unit: string): number {
  return hash32(`${tenant}\u0000${unit}`) % SHARDS;
}
