import type { AppFiles } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";
import { checkImages } from "./images.ts";
import { checkAddresses, checkListing } from "./listing.ts";
import { checkManifest } from "./manifest/check.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { readManifest } from "./manifest/read.ts";
import { checkAssetTypes, checkMime } from "./mime.ts";
import type { Options } from "./options.ts";
import { checkRequirements } from "./requirements.ts";
import { checkSecrets } from "./secrets.ts";
import { checkRequests, checkSettings } from "./settings.ts";
import { checkSource } from "./source.ts";
import { checkIcons, checkSvg } from "./svg.ts";
import { checkTranslations } from "./translations.ts";

/**
 * Everything that is wrong with an app package, in the order in which Zendesk's own check looks: the manifest first,
 * what depends on it only when it is right, files by themselves always.
 */
export function validateApp(app: AppFiles, options: Options = {}): readonly Finding[] {
  const read = readManifest(app);
  const findings = read.findings ?? checkManifest(app, read.manifest, options);
  const isRight = findings.every(({ level }) => level === "warning");
  return [
    ...findings,
    ...(read.manifest !== undefined && isRight ? checkWithManifest(app, read.manifest) : []),
    ...(read.manifest === undefined ? [] : checkSource(app, read.manifest)),
    ...app.links.map((path) => found("symlink_in_zip", path, "It is a link; put the file itself there.")),
    ...checkImages(app),
    ...checkSvg(app),
    ...checkMime(app),
    ...checkAssetTypes(app),
    ...checkSecrets(app),
    ...checkSize(app),
  ];
}

function checkWithManifest(app: AppFiles, manifest: Manifest): readonly Finding[] {
  return [
    ...checkTranslations(app, manifest),
    ...checkRequirements(app, manifest),
    ...checkSettings(manifest),
    ...checkRequests(app),
    ...checkListing(app, manifest),
    ...checkAddresses(manifest),
    ...checkIcons(app, manifest),
  ];
}

/** Zendesk names no limit; an app whose pages are served elsewhere has no reason to come near this. */
const MOST_BYTES = 5 * 1024 * 1024;

function checkSize({ files }: AppFiles): readonly Finding[] {
  const bytes = [...files.values()].reduce((sum, each) => sum + each.length, 0);
  if (bytes <= MOST_BYTES) return [];
  const message = `Unpacked it takes ${(bytes / 1024 / 1024).toFixed(1)} MB; keep it under 5 MB.`;
  return [found("package_too_large", "", message)];
}
