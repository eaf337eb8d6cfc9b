import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readPng } from "../../server/zendesk-package/png.ts";
import { logosFrom } from "../../sidebar-app/brand/logos.ts";
import { readProjectFile, root } from "../support/source.ts";

const logos = logosFrom(readProjectFile("sidebar-app/brand/mark.svg"));
const png = (path: string) => readPng(readFileSync(join(root, path)));

it("the drawings in the package are those of the mark: run sidebar-app/brand/draw.ts after changing it", () => {
  expect(readProjectFile("assets/logo.svg")).toBe(logos.tile);
  expect(readProjectFile("assets/icon_nav_bar.svg")).toBe(logos.icon);
});

it("the mark has three shapes, and only the one that falls has a colour of its own", () => {
  expect(logos.icon.match(/<(?:path|circle) /g)).toHaveLength(3);
  expect(logos.icon.match(/fill="[^"]*"/g)).toEqual(['fill="currentColor"']);
  expect(new Set(logos.tile.match(/#\w{6}/g)).size).toBe(3);
  expect(logos.square).toContain('rx="0"');
});

it("the pictures have the marketplace's sizes, one of them with a transparent ground", () => {
  expect(png("assets/logo.png")).toEqual({ width: 320, height: 320, transparent: false });
  expect(png("assets/logo-small.png")).toEqual({ width: 128, height: 128, transparent: true });
  for (const number of [0, 1, 2]) {
    expect(png(`assets/screenshot-${number}.png`)).toMatchObject({ width: 1024, height: 768 });
  }
});
