import { createRequire } from "node:module";
import { build } from "vite";

let bundled: Promise<string> | undefined;

/**
 * Zendesk's SDK as a browser script with the global `ZAFClient`: in production it comes from Zendesk's own address,
 * here from the copy on npm, as nothing may leave this machine.
 */
export function sdkScript(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve("zendesk_app_framework_sdk/lib/index.js");
  const built = await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ["iife"], name: "ZAFClient", fileName: "sdk" },
    },
  });
  const [first] = [built].flat();
  if (first === undefined || !("output" in first)) throw new Error("the SDK was not bundled");
  return first.output[0].code;
}
