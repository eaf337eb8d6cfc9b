import { at, isArray, isObject, type Json, kindOf } from "../app-files.ts";
import { type Finding, found } from "../finding.ts";
import type { Options } from "../options.ts";
import { notBoolean, notText } from "./keys.ts";
import { MANIFEST, type Manifest, type Parameter } from "./manifest.ts";
import { checkMtls } from "./mtls.ts";

const TYPES = ["text", "checkbox", "url", "number", "multiline", "hidden", "oauth"];
const SCOPES = [
  "header",
  "body",
  "url",
  "jwt_secret_key",
  "jwt_claim",
  "basic_auth_username",
  "basic_auth_password",
];

/** The settings an admin fills in at installation. */
export function checkParameters(manifest: Manifest, options: Options): readonly Finding[] {
  const { parameters, json, marketingOnly, isPrivate } = manifest;
  if (marketingOnly) return checkListingOnly(parameters, isPrivate);
  return [
    ...checkShape(at(json, "parameters")),
    ...checkNames(parameters),
    ...parameters.flatMap(checkSwitches),
    ...checkHidden(parameters),
    ...checkTypes(parameters, options),
    ...checkOauth(parameters),
    ...parameters.flatMap(checkScopes),
    ...(options.mtls ? checkMtls(parameters) : []),
  ];
}

export const fieldOf = ({ name }: Parameter, field: string) => `parameters[name="${name}"].${field}`;

function checkListingOnly(parameters: readonly Parameter[], isPrivate: boolean): readonly Finding[] {
  return [
    ...(parameters.length === 0
      ? []
      : [found("no_parameters_required", MANIFEST, "An app that is only a listing has no parameters.")]),
    ...(isPrivate
      ? [
          found(
            "marketing_only_app_cant_be_private",
            MANIFEST,
            'Write "private": false beside marketingOnly.',
          ),
        ]
      : []),
  ];
}

function checkShape(given: Json | undefined): readonly Finding[] {
  if (given === undefined || given === null) return [];
  if (!isArray(given)) {
    const message = `parameters is ${kindOf(given)}; write a list, as in [{"name": "region", "type": "text"}].`;
    return [
      found("unacceptable_array", MANIFEST, message),
      found("parameters_not_an_array", MANIFEST, message),
    ];
  }
  return given.flatMap((each, index) => {
    if (!isObject(each)) {
      return [found("unacceptable_hash", MANIFEST, `parameters[${index}] must be an object with a name.`)];
    }
    const name = at(each, "name");
    return typeof name === "string" && name !== "" ? [] : [notText(`parameters[${index}].name`, name)];
  });
}

function checkNames(parameters: readonly Parameter[]): readonly Finding[] {
  const names = parameters.map(({ name }) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...twice.map((name) => found("duplicate_parameters", MANIFEST, `There are two parameters ${name}.`)),
    ...(names.includes("name")
      ? [found("name_as_parameter_name", MANIFEST, 'A parameter may not be called "name"; choose another.')]
      : []),
  ];
}

function checkSwitches(parameter: Parameter): readonly Finding[] {
  const { required, secure } = parameter;
  return [
    ...(typeof required === "boolean" ? [] : [notBoolean(fieldOf(parameter, "required"), required)]),
    ...(typeof secure === "boolean" ? [] : [notBoolean(fieldOf(parameter, "secure"), secure)]),
  ];
}

function checkHidden(parameters: readonly Parameter[]): readonly Finding[] {
  return parameters
    .filter(({ type, required }) => type === "hidden" && required !== false)
    .map(({ name }) =>
      found(
        "invalid_hidden_parameter",
        MANIFEST,
        `${name} is hidden, so nobody could fill it: not required.`,
      ),
    );
}

function checkTypes(parameters: readonly Parameter[], { mtls }: Options): readonly Finding[] {
  const allowed = mtls ? [...TYPES, "mtls"] : TYPES;
  return parameters
    .filter(({ type }) => typeof type !== "string" || !allowed.includes(type))
    .map(({ name, type }) => {
      const shown = typeof type === "string" ? type : kindOf(type);
      const message = `${name} has the type ${shown}; write one of ${allowed.join(", ")}.`;
      return found("invalid_type_parameter", MANIFEST, message);
    });
}

function checkOauth(parameters: readonly Parameter[]): readonly Finding[] {
  const oauth = parameters.filter(({ type }) => type === "oauth");
  return [
    ...(oauth.length > 1
      ? [found("too_many_oauth_parameters", MANIFEST, "Only one parameter may have the type oauth.")]
      : []),
    ...oauth
      .filter(({ secure }) => secure === true)
      .map(({ name }) =>
        found("oauth_parameter_cannot_be_secure", MANIFEST, `${name} is of type oauth: take secure away.`),
      ),
  ];
}

function checkScopes(parameter: Parameter): readonly Finding[] {
  const { scopes, secure } = parameter;
  if (scopes === null) return [];
  const field = fieldOf(parameter, "scopes");
  const insecure =
    secure === true
      ? []
      : [found("field_requires_secure_parameter", MANIFEST, `${field} goes with "secure": true only.`)];
  if (!isArray(scopes)) {
    const message = `${field} is ${kindOf(scopes)}; write a list such as ["header"].`;
    return [...insecure, found("unacceptable_array", MANIFEST, message)];
  }
  const unknown = scopes.filter((scope) => typeof scope !== "string" || !SCOPES.includes(scope));
  return [
    ...insecure,
    ...(scopes.length > 0
      ? []
      : [
          found(
            "field_cannot_be_empty",
            MANIFEST,
            `${field} is empty; write at least one of ${SCOPES.join(", ")}.`,
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          found(
            "field_contains_invalid_values",
            MANIFEST,
            `${field} has ${unknown.map((scope) => JSON.stringify(scope)).join(", ")}; write some of ${SCOPES.join(", ")}.`,
          ),
        ]),
  ];
}
