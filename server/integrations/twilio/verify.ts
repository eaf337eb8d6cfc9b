import { parse as parseLegacy, stringify as stringifyLegacy } from "node:querystring";
import {
  anyMatches,
  digest,
  refuse,
  type Signed,
  sameText,
  sha256Of,
  VERIFIED,
  type Verified,
} from "../../lib/signature.ts";

const SCHEME = { algorithm: "sha1", encoding: "base64" } as const;
const SIGNATURE_LENGTH = 28;

/**
 * `X-Twilio-Signature`: HMAC-SHA-1 with the account's auth token over the address as it is configured at Twilio,
 * followed by the form's fields in order of their names. Of a body that is not a form only the hash is covered, in
 * the query as `bodySHA256`. There is no timestamp, so a repeated request must change nothing.
 */
export function verify(request: Signed, tokens: readonly string[]): Verified {
  const given = request.headers["x-twilio-signature"];
  if (given === undefined || given === "") return refuse("missing");
  if (given.length !== SIGNATURE_LENGTH) return refuse("malformed");
  const fields = signedFields(request);
  if (fields === null) return refuse("mismatch");
  const found = variantsOf(request.url).filter((url) =>
    anyMatches(given, tokens, (token) => digest(SCHEME, token, [url, fields])),
  );
  return found.length > 0 ? VERIFIED : refuse("mismatch");
}

/** What follows the address in the signed text; null when the body is not covered by anything. */
function signedFields(request: Signed): string | null {
  const hash = queryOf(request.url).get("bodySHA256");
  if (hash !== null) return sameText(hash, sha256Of(request.body)) ? "" : null;
  if (request.body.length === 0) return "";
  return isForm(request.headers) ? joined(formOf(request.body)) : null;
}

export function isForm(headers: Signed["headers"]): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headers["content-type"] ?? "");
}

export function formOf(body: Uint8Array): URLSearchParams {
  return new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.length).toString("utf8"));
}

export function queryOf(url: string): URLSearchParams {
  const start = url.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : url.slice(start + 1));
}

/** Names in order of their characters, capitals first; of values that repeat under one name each counts once. */
function joined(form: URLSearchParams): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of form) {
    const known = values.get(name);
    if (known === undefined) values.set(name, new Set([value]));
    else known.add(value);
  }
  let text = "";
  for (const name of [...values.keys()].sort()) {
    for (const value of [...(values.get(name) ?? [])].sort()) text += name + value;
  }
  return text;
}

/**
 * The address as Twilio may have signed it: with and without the port that its scheme implies, and with the query in
 * the spelling of older senders. The scheme and host come from our settings, never from the request.
 */
function variantsOf(url: string): readonly string[] {
  const found = /^(https?:\/\/)([^/?#]*)(.*)$/s.exec(url);
  if (found === null) return [url];
  const [, scheme = "", authority = "", rest = ""] = found;
  const host = authority.replace(/:\d*$/, "");
  const implied = scheme === "https://" ? ":443" : ":80";
  const hosts = new Set([authority, host, authority === host ? host + implied : authority]);
  const rests = new Set([rest, legacyQuery(rest)]);
  return [...hosts].flatMap((each) => [...rests].map((end) => scheme + each + end));
}

function legacyQuery(rest: string): string {
  const start = rest.indexOf("?");
  if (start === -1 || start === rest.length - 1) return rest;
  return `${rest.slice(0, start)}?${stringifyLegacy(parseLegacy(rest.slice(start + 1)))}`;
}
