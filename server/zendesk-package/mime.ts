import { type AppFiles, extensionOf, pathsLike } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";

const REFUSED = new Set(
  "rar zip gzip gz pdf doc docx avi bin bz bz2 csh sh jar mp3 mpeg odt ppt pptx xls xlsx 7z".split(" "),
);

/** First bytes of the kinds above, for files that go under another name. */
const SIGNATURES: readonly (readonly [kind: string, starts: string])[] = [
  ["zip", "PK\x03\x04"],
  ["gzip", "\x1f\x8b\x08"],
  ["pdf", "%PDF-"],
  ["rar", "Rar!\x1a\x07"],
  ["7z", "7z\xbc\xaf\x27\x1c"],
  ["bz2", "BZh"],
  ["mp3", "ID3"],
  ["mpeg", "\x00\x00\x01\xba"],
  ["doc, xls or ppt", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  ["sh", "#!/bin/"],
];

const ACCEPTED = new Set(
  "png jpg jpeg gif svg js htm html css map eot woff woff2 otf ttf json xml hbs hdbs".split(" "),
);

/** Kinds of files that Zendesk does not take, by name or by content. */
export function checkMime({ files }: AppFiles): readonly Finding[] {
  return [...files].flatMap(([path, bytes]) => {
    const kind = REFUSED.has(extensionOf(path)) ? extensionOf(path) : kindOf(bytes);
    if (kind === undefined) return [];
    return [found("unsupported_mime_type_detected", path, `Zendesk takes no ${kind} files; leave it out.`)];
  });
}

function kindOf(bytes: Uint8Array): string | undefined {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 12));
  if (/^RIFF.{4}AVI /s.test(head)) return "avi";
  return SIGNATURES.find(([, starts]) => headStarts(bytes, starts))?.[0];
}

const headStarts = (bytes: Uint8Array, starts: string) =>
  bytes.length >= starts.length && [...starts].every((char, index) => bytes[index] === char.charCodeAt(0));

/** Kinds that the asset server knows how to serve. */
export function checkAssetTypes(app: AppFiles): readonly Finding[] {
  return pathsLike(app, /^assets\//)
    .filter((path) => !ACCEPTED.has(extensionOf(path)) && !REFUSED.has(extensionOf(path)))
    .map((path) =>
      found("unaccepted_asset_type", path, `Assets may be ${[...ACCEPTED].join(", ")}; leave this one out.`),
    );
}
