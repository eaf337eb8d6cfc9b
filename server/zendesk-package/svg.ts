import { type AppFiles, pathsLike, textOf } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";
import type { Manifest } from "./manifest/manifest.ts";
import { WITH_ICON } from "./manifest/products.ts";
import { readTags, type Tag } from "./svg-tags.ts";

/** What is left of a drawing when Zendesk has cleaned it; everything else it takes out or replaces. */
const ELEMENTS = new Set(
  "svg g symbol use defs title desc metadata path circle ellipse line polyline polygon rect text tspan textPath linearGradient radialGradient stop clipPath mask marker switch".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(
  "id class style lang role version xmlns d cx cy r rx ry x y x1 x2 y1 y2 dx dy fx fy width height viewBox preserveAspectRatio points pathLength transform offset rotate color display visibility opacity fill fill-opacity fill-rule clip-path clip-rule clipPathUnits mask maskUnits stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width stop-color stop-opacity gradientUnits gradientTransform spreadMethod font-family font-size font-style font-weight text-anchor textLength marker-end marker-mid marker-start markerHeight markerUnits markerWidth orient refX refY href xlink:href xmlns:xlink xml:space xml:lang enable-background".split(
    " ",
  ),
);

export function checkSvg(app: AppFiles): readonly Finding[] {
  return pathsLike(app, /^assets\/.*\.svg$/).flatMap((path) => {
    const tags = readTags(textOf(app, path));
    if (tags === undefined) {
      return [
        found("dirty_svg", path, "This is not a well-formed SVG; save it again from the drawing program."),
      ];
    }
    if (tags.some(({ name }) => name === "image")) {
      return [
        found("bitmap_in_svg", path, "It holds a bitmap, so Zendesk shows a placeholder; draw it as shapes."),
      ];
    }
    const strange = tags.flatMap(strangersIn);
    if (strange.length === 0) return [];
    const message = `Zendesk takes out ${[...new Set(strange)].join(", ")}; save it without.`;
    return [found("sanitised_svg", path, message)];
  });
}

function strangersIn({ name, attributes }: Tag): readonly string[] {
  if (!ELEMENTS.has(name)) return [`<${name}>`];
  return attributes.filter((attribute) => !isHarmless(attribute)).map(([attribute]) => attribute);
}

function isHarmless([name, value]: readonly [string, string]): boolean {
  if (!ATTRIBUTES.has(name) && !/^(?:aria|data)-[\w-]+$/.test(name)) return false;
  if (name === "href" || name === "xlink:href") return value.startsWith("#");
  return !/javascript:|expression\(|url\(\s*["']?(?!#|["'#])/i.test(value);
}

/** The pictures with which places of Support show the app. */
export function checkIcons(app: AppFiles, { locations }: Manifest): readonly Finding[] {
  return locations
    .filter(({ product, name }) => product === "support" && WITH_ICON.includes(name))
    .flatMap(({ name }) => checkIcon(app, `assets/icon_${name}`));
}

function checkIcon(app: AppFiles, stem: string): readonly Finding[] {
  const path = `${stem}.svg`;
  if (!app.files.has(path)) {
    if (app.files.has(`${stem}_inactive.png`)) return [];
    return [found("icon_missing", path, "Put the icon there: shapes in one colour, with a viewBox.")];
  }
  const tags = readTags(textOf(app, path)) ?? [];
  const colours = new Set(tags.flatMap(coloursIn));
  const [root] = tags;
  const boxed = root?.attributes.some(([name]) => name === "viewBox") ?? false;
  return [
    ...(boxed
      ? []
      : [found("icon_without_viewbox", path, "Give the svg element a viewBox, so that it can shrink.")]),
    ...(colours.size <= 1
      ? []
      : [
          found(
            "icon_not_monochrome",
            path,
            `It has the colours ${[...colours].join(", ")}; Zendesk colours it itself, so use one.`,
          ),
        ]),
  ];
}

function coloursIn({ attributes }: Tag): readonly string[] {
  return attributes
    .filter(([name]) => name === "fill" || name === "stroke" || name === "stop-color")
    .map(([, value]) => value.trim().toLowerCase())
    .filter((value) => value !== "none" && value !== "transparent" && value !== "");
}
