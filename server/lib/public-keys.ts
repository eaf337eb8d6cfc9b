import { createPublicKey } from "node:crypto";
import { PlainError } from "./errors.ts";

const BLOCK = /-----BEGIN (?:RSA )?PUBLIC KEY-----[\s\S]+?-----END (?:RSA )?PUBLIC KEY-----/g;
/** Fewer bits are no safe RSA key any more (NIST SP 800-131A). */
const FEWEST_BITS = 2_048;

/**
 * RSA public keys out of PEM text, one or several, each written anew as SPKI.
 * @throws PlainError when there is none, or one that is not an RSA key of 2048 bits at least
 */
export function readPublicKeys(text: string, where: string): readonly string[] {
  const blocks = text.match(BLOCK) ?? [];
  if (blocks.length === 0) {
    throw new PlainError(`${where} holds no public key; it has to begin with -----BEGIN PUBLIC KEY-----.`);
  }
  return blocks.map((block) => normalised(block, where));
}

function normalised(block: string, where: string): string {
  try {
    const key = createPublicKey(block);
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    if (key.asymmetricKeyType === "rsa" && bits >= FEWEST_BITS) {
      return key.export({ type: "spki", format: "pem" }).toString();
    }
  } catch {
    // Told below, like a key of another kind.
  }
  throw new PlainError(`${where} holds something that is no RSA public key of ${FEWEST_BITS} bits or more.`);
}
