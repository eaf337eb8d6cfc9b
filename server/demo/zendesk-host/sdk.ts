import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const FILES = ["index", "client", "utils", "vendor/native-promise-only"] as const;

/**
 * Zendesk's SDK as a browser script with the global `ZAFClient`: in production it comes from Zendesk's own address,
 * here from the copy on npm, as nothing may leave this machine. Its files were written for Node's `require`, which a
 * few lines stand in for.
 */
export function sdkScript(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("zendesk_app_framework_sdk"));
  const modules = FILES.map((name) => {
    const text = readFileSync(join(folder, `${name}.js`), "utf8");
    return `${JSON.stringify(`./${name}`)}: function (module, exports, require) {\n${text}\n}`;
  });
  return `window.ZAFClient = (function () {
  var files = {${modules.join(",\n")}};
  var made = {};
  function require(name) {
    if (made[name] === undefined) {
      made[name] = { exports: {} };
      files[name](made[name], made[name].exports, require);
    }
    return made[name].exports;
  }
  return require("./index");
})();
`;
}
