import { type AppFiles, isObject, type Json, parseJson } from "../../server/zendesk-package/app-files.ts";

/** An app package for tests: complete and without a fault, until it is changed. */
export interface Draft {
  readonly app: AppFiles;
  /** Lays keys over the manifest; `undefined` takes one away. */
  manifest(changes: { readonly [key: string]: unknown }): Draft;
  /** The same for a location of Support. */
  location(changes: { readonly [key: string]: unknown }): Draft;
  parameters(...parameters: readonly unknown[]): Draft;
  /** Replaces texts of the English listing. */
  listing(changes: { readonly [key: string]: unknown }): Draft;
  requirements(content: unknown): Draft;
  file(path: string, content: string | Uint8Array): Draft;
  without(path: string): Draft;
  link(path: string): Draft;
}

const LISTING = {
  name: "Fixture",
  short_description: "Short.",
  long_description: "Long.",
  installation_instructions: "Install it.",
  parameters: { region: { label: "Region" } },
};

const MANIFEST = {
  name: "Fixture",
  author: { name: "Someone", email: "someone@fixture.test", url: "https://fixture.test" },
  defaultLocale: "en",
  private: false,
  version: "1.0",
  frameworkVersion: "2.0",
  location: { support: { ticket_sidebar: { url: "https://fixture.test/ticket", flexible: true } } },
  parameters: [{ name: "region", type: "text" }],
  termsConditionsURL: "https://fixture.test/terms",
};

export function anApp(): Draft {
  return draft({ files: new Map(), links: [] })
    .file("manifest.json", JSON.stringify(MANIFEST))
    .file("translations/en.json", JSON.stringify({ app: LISTING }))
    .file("assets/logo.png", png(320, 320))
    .file("assets/logo-small.png", png(128, 128));
}

function draft(app: AppFiles): Draft {
  const json = (path: string): { readonly [key: string]: Json } => {
    const value = parseJson(new TextDecoder().decode(app.files.get(path)));
    return isObject(value) ? value : {};
  };
  const self: Draft = {
    app,
    manifest: (changes) =>
      self.file("manifest.json", JSON.stringify({ ...json("manifest.json"), ...changes })),
    location: (changes) => self.manifest({ location: { support: changes } }),
    parameters: (...parameters) => {
      const labels = Object.fromEntries(parameters.map((each) => [nameOf(each), { label: "Label" }]));
      return self.manifest({ parameters }).listing({ parameters: labels });
    },
    listing: (changes) => {
      const { app: before } = json("translations/en.json");
      const texts = { ...(isObject(before) ? before : {}), ...changes };
      return self.file("translations/en.json", JSON.stringify({ app: texts }));
    },
    requirements: (content) => self.file("requirements.json", JSON.stringify(content)),
    file: (path, content) => {
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      return draft({ ...app, files: new Map(app.files).set(path, bytes) });
    },
    without: (path) => draft({ ...app, files: new Map([...app.files].filter(([each]) => each !== path)) }),
    link: (path) => draft({ ...app, links: [...app.links, path] }),
  };
  return self;
}

const nameOf = (parameter: unknown) =>
  typeof parameter === "object" && parameter !== null && "name" in parameter ? String(parameter.name) : "";

/** The head of a PNG, which is all that anybody looks at; `colour` 6 has transparency, 2 has none. */
export function png(width: number, height: number, colour = 6): Uint8Array {
  const bytes = new Uint8Array(45);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
  bytes.set(new TextEncoder().encode("IHDR"), 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  bytes.set([8, colour], 24);
  bytes.set(new TextEncoder().encode("IDAT"), 37);
  return bytes;
}

export const svg = (inner: string, attributes = 'viewBox="0 0 18 18"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${inner}</svg>`;
