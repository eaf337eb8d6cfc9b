import { type AppFiles, isArray, pathsLike, textOf } from "./app-files.ts";
import { type Finding, found } from "./finding.ts";
import { MANIFEST, type Manifest, type Parameter } from "./manifest/manifest.ts";

/** Settings that any agent could read, and pages that fetch without encryption. */
export function checkSettings({ parameters }: Manifest): readonly Finding[] {
  return parameters.flatMap((parameter) => {
    const { name } = parameter;
    return [
      ...(isReadable(parameter)
        ? [found("insecure_token_parameter", MANIFEST, `Every agent can read ${name}; set "secure": true.`)]
        : []),
      ...(parameter.hasDefault && (parameter.secure === true || parameter.type === "hidden")
        ? [
            found(
              "default_secure_or_hidden_parameter",
              MANIFEST,
              `The default of ${name} can be read: remove it.`,
            ),
          ]
        : []),
      ...(parameter.secure === true && !(isArray(parameter.scopes) && parameter.scopes.length > 0)
        ? [found("secure_parameters_with_no_scopes", MANIFEST, `Say with scopes where ${name} may be used.`)]
        : []),
    ];
  });
}

const isReadable = ({ name, type, secure }: Parameter) =>
  /token|key|pwd|password/i.test(name) && type === "text" && secure !== true;

export function checkRequests(app: AppFiles): readonly Finding[] {
  return pathsLike(app, /\.(?:jsx?|html?)$/).flatMap((path) => {
    const urls = new Set(textOf(app, path).match(/\bhttp:\/\/[^\s"'`<>\\)]+/g) ?? []);
    if (urls.size === 0) return [];
    const message = `Addresses without encryption: ${[...urls].join(", ")}; write https://.`;
    return [found("insecure_http_request", path, message)];
  });
}
