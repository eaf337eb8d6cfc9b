import { type AppFiles, pathsLike } from "./app-files.ts";
import { type Finding, found, type RuleName } from "./finding.ts";
import { type Png, readPng } from "./png.ts";

const BANNER = "assets/banner.png";
const LOGO = "assets/logo.png";
const SMALL_LOGO = "assets/logo-small.png";

/** Pictures whose size Zendesk or its marketplace fixes, in pixels. */
export function checkImages(app: AppFiles): readonly Finding[] {
  return [
    ...checkBanner(app),
    ...checkLogo(app, LOGO, 320),
    ...checkLogo(app, SMALL_LOGO, 128),
    ...checkSmallLogo(app),
    ...pathsLike(app, /^assets\/screenshot-\d+\.png$/).flatMap((path) => checkScreenshot(app, path)),
  ];
}

function checkBanner({ files }: AppFiles): readonly Finding[] {
  const bytes = files.get(BANNER);
  if (bytes === undefined) return [];
  const png = readPng(bytes);
  if (png === undefined) return [found("banner.invalid_format", BANNER, "Save the banner as PNG.")];
  return checkSize("banner.invalid_size", BANNER, png, [
    [830, 200],
    [1660, 400],
  ]);
}

function checkLogo({ files }: AppFiles, path: string, side: number): readonly Finding[] {
  const bytes = files.get(path);
  const png = bytes === undefined ? undefined : readPng(bytes);
  if (png === undefined) {
    return [found("logo_missing", path, `Put a PNG of ${side} by ${side} pixels there.`)];
  }
  return checkSize("logo_size", path, png, [[side, side]]);
}

function checkSmallLogo({ files }: AppFiles): readonly Finding[] {
  const bytes = files.get(SMALL_LOGO);
  const png = bytes === undefined ? undefined : readPng(bytes);
  if (png === undefined || png.transparent) return [];
  return [found("logo_not_transparent", SMALL_LOGO, "Save it with a transparent ground.")];
}

function checkScreenshot({ files }: AppFiles, path: string): readonly Finding[] {
  const png = readPng(files.get(path) ?? new Uint8Array());
  const sizes = [
    [1024, 768],
    [2048, 1536],
  ] as const;
  return checkSize("screenshot_size", path, png ?? { width: 0, height: 0, transparent: false }, sizes);
}

function checkSize(
  rule: RuleName,
  path: string,
  { width, height }: Png,
  sizes: readonly (readonly [width: number, height: number])[],
): readonly Finding[] {
  if (sizes.some(([wide, high]) => wide === width && high === height)) return [];
  const wanted = sizes.map((size) => size.join(" by ")).join(" or ");
  const has = width === 0 ? "It is no PNG" : `It is ${width} by ${height} pixels`;
  return [found(rule, path, `${has}; save it as PNG with ${wanted}.`)];
}
