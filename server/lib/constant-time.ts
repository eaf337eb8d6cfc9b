import { hash, timingSafeEqual } from "node:crypto";

/**
 * Whether two secrets are equal, in a time that says nothing about where they differ. Both are hashed first, so
 * that neither their lengths nor an early end can be measured.
 */
export function equalSecrets(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(hash("sha256", a, "buffer"), hash("sha256", b, "buffer"));
}
