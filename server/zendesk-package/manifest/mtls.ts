import { type Finding, found, type RuleName } from "../finding.ts";
import { notText } from "./keys.ts";
import { MANIFEST, type Parameter } from "./manifest.ts";

const MOST = 3;
const LONGEST_DOMAIN = 253;
const LONGEST_LABEL = 63;

/** Parameters that hold a client certificate. Zendesk has them for some accounts only, so far. */
export function checkMtls(parameters: readonly Parameter[]): readonly Finding[] {
  const mtls = parameters.filter(({ type }) => type === "mtls");
  const loaded = mtls.filter(
    ({ secure, hasDefault, scopes }) => secure === true || hasDefault || scopes !== null,
  );
  return [
    ...(mtls.length > MOST
      ? [found("too_many_mtls_parameters", MANIFEST, `At most ${MOST} parameters may have the type mtls.`)]
      : []),
    ...loaded.map(({ name }) =>
      found(
        "mtls_parameter_cannot_have_certain_settings",
        MANIFEST,
        `${name} is of type mtls: take default, secure and scopes away.`,
      ),
    ),
    ...mtls.flatMap(checkDomain),
  ];
}

function checkDomain({ name, allowedDomain }: Parameter): readonly Finding[] {
  const field = `parameters[name="${name}"].allowed_domain`;
  const says = (rule: RuleName, message: string) => found(rule, MANIFEST, `${field} ${message}`);
  if (allowedDomain === null || allowedDomain === "") {
    return [says("field_cannot_be_empty", "is empty; name the host it is for, such as api.example.com.")];
  }
  if (typeof allowedDomain !== "string") return [notText(field, allowedDomain)];
  const wrong = [
    ...(allowedDomain.includes("://")
      ? [says("mtls_allowed_domain_contains_scheme", "must not begin with a scheme; write the host alone.")]
      : []),
    ...(allowedDomain.length > LONGEST_DOMAIN
      ? [says("mtls_allowed_domain_too_long", `must not be longer than ${LONGEST_DOMAIN} characters.`)]
      : []),
    ...(allowedDomain.includes("*") && !allowedDomain.startsWith("*.")
      ? [
          says(
            "mtls_allowed_domain_invalid_wildcard",
            "may have a star at its start only, as in *.example.com.",
          ),
        ]
      : []),
  ];
  if (wrong.length > 0 || isDomain(allowedDomain.replace(/^\*\./, ""))) return wrong;
  return [
    says("mtls_allowed_domain_invalid_format", "must have at least two parts, such as api.example.com."),
  ];
}

function isDomain(host: string): boolean {
  const labels = host.split(".");
  const isLabel = (label: string) =>
    label.length <= LONGEST_LABEL && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(label);
  return labels.length >= 2 && labels.every(isLabel);
}
