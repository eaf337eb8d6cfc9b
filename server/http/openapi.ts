import { z } from "zod";
import * as replies from "./api/replies.ts";
import type { AnyRoute } from "./api/route.ts";

type Json = { readonly [name: string]: unknown };

/** The API as OpenAPI 3.1, made from the very schemas that check requests and that tests hold answers against. */
export function openApiDocument(routes: readonly AnyRoute[], version: string): Json {
  const { defs, refer } = collector();
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operation(route, refer) };
  }
  const problem = refer(replies.problem);
  paths["/openapi.json"] = { get: ownOperation() };
  return {
    openapi: "3.1.0",
    info: {
      title: "Forestall",
      version,
      summary: "Who is at risk, why, what was done about it, and how to step in.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/api/v1" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "Made with `forestall token`; has one role." },
      },
      responses: {
        Problem: {
          description: "Refused, with a reason a person can act on (RFC 9457).",
          content: { "application/problem+json": { schema: problem } },
        },
      },
      schemas: defs,
    },
  };
}

function ownOperation(): Json {
  return {
    summary: "This document",
    operationId: "getOpenapiJson",
    security: [],
    responses: { 200: { description: "OpenAPI 3.1", content: { "application/json": { schema: {} } } } },
  };
}

type Refer = (schema: z.ZodType) => Json;

function operation(route: AnyRoute, refer: Refer): Json {
  const roles = route.roles.join(", ");
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: `Roles: ${roles}.`,
    tags: [route.path.split("/")[1] ?? ""],
    "x-roles": route.roles,
    parameters: [...pathParameters(route), ...queryParameters(route.query), ...headerParameters(route)],
    ...(route.kind === "json" && route.body !== null
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: inputSchema(route.body) } },
          },
        }
      : {}),
    responses: { ...successes(route, refer), ...refusals(route) },
  };
}

/** `POST /alerts/:id/acknowledge` becomes `postAlertsIdAcknowledge`. */
function operationId({ method, path }: AnyRoute): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function pathParameters({ path }: AnyRoute): readonly Json[] {
  if (!path.includes(":id")) return [];
  return [{ name: "id", in: "path", required: true, schema: { type: "string" } }];
}

function queryParameters(query: z.ZodType): readonly Json[] {
  const { properties, required } = inputSchema(query) as {
    readonly properties?: { readonly [name: string]: Json };
    readonly required?: readonly string[];
  };
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: required?.includes(name) === true && !("default" in schema),
    ...(typeof schema.description === "string" ? { description: schema.description } : {}),
    schema,
  }));
}

function headerParameters(route: AnyRoute): readonly Json[] {
  const header = (name: string, description: string) => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string" },
  });
  const resumes = header("Last-Event-ID", "Goes on after this event");
  if (route.kind === "stream") return [resumes];
  if (route.method === "get") return [];
  return [
    header("Forestall-Actor", "Who acts, such as ana@example.com; recorded with the token's role"),
    ...(route.revised === true
      ? [header("If-Match", "The ETag of what you saw; 409 when it has changed")]
      : []),
    ...(route.path === "/deliveries" ? [header("Idempotency-Key", "The same key sends once")] : []),
  ];
}

function successes(route: AnyRoute, refer: Refer): Json {
  if (route.kind === "stream") {
    refer(route.message);
    return {
      200: {
        description: "Server-sent events; `event` and `data` of each are as LiveMessage says",
        content: { "text/event-stream": { schema: { type: "string" } } },
      },
    };
  }
  const schema = refer(route.reply);
  const tagged = route.revised === true || /\/(alerts|matches)\/:id$/.test(route.path);
  return Object.fromEntries(
    route.statuses.map((status) => [
      status,
      {
        description: status === 201 ? "Made" : "Done",
        ...(tagged ? { headers: { ETag: { schema: { type: "string" } } } } : {}),
        content: { "application/json": { schema } },
      },
    ]),
  );
}

function refusals(route: AnyRoute): Json {
  const statuses = [400, 401, 403, ...(route.path.includes(":id") ? [404] : []), 429, 503];
  const writes = route.method === "post" ? [404, 409, 413, 415, 422] : [];
  const all = [...new Set([...statuses, ...writes])].sort();
  return Object.fromEntries(all.map((status) => [status, { $ref: "#/components/responses/Problem" }]));
}

function inputSchema(schema: z.ZodType): Json {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

/** Schemas with a name go under `components` once, and are referred to from everywhere. */
function collector(): { readonly defs: { [name: string]: Json }; readonly refer: Refer } {
  const defs: { [name: string]: Json } = {};
  const refer: Refer = (schema) => {
    const {
      $schema: _version,
      $defs,
      id,
      ...body
    } = z.toJSONSchema(schema, {
      io: "output",
      unrepresentable: "any",
    }) as Json & { readonly $defs?: { readonly [name: string]: Json }; readonly id?: string };
    for (const [name, definition] of Object.entries($defs ?? {})) defs[name] = tidy(definition);
    if (id === undefined) return tidy(body);
    defs[id] = tidy(body);
    return { $ref: `#/components/schemas/${id}` };
  };
  return { defs, refer };
}

/** References into `components`, and objects that may grow: a new field must not break an old client. */
function tidy(value: Json): Json {
  return walk(value) as Json;
}

function walk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([name, inner]) => !(name === "additionalProperties" && inner === false) && name !== "id")
    .map(([name, inner]) => [
      name,
      name === "$ref" && typeof inner === "string"
        ? inner.replace("#/$defs/", "#/components/schemas/")
        : name === "properties"
          ? Object.fromEntries(Object.entries(inner as Json).map(([key, schema]) => [key, walk(schema)]))
          : walk(inner),
    ]);
  return Object.fromEntries(entries);
}
