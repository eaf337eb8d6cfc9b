import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ask } from "./client.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
  }[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: { readonly required?: string[] } }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
  readonly "x-roles"?: readonly string[];
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, { readonly description?: string }>;
    readonly responses: Record<string, object>;
  };
}

interface Field {
  readonly path: string;
  readonly description: unknown;
}

/** Every property of a schema and of what lies in it, with what is said of it. */
function fieldsIn(path: string, schema: unknown): Field[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => {
    if (key !== "properties") return fieldsIn(path, inner);
    return Object.entries<{ readonly description?: unknown }>(inner).flatMap(([name, field]) => [
      { path: `${path}.${name}`, description: field.description },
      ...fieldsIn(`${path}.${name}`, field),
    ]);
  });
}

const isSaying = (description: unknown) => typeof description === "string" && /^[A-Z`0-9]/.test(description);

const read = async () => (await ask<Document>(world, "GET /openapi.json")).body;

describe("the OpenAPI document", () => {
  it("describes every address and method, and no other", async () => {
    const { openapi, paths } = await read();

    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const served = world.api.routes.map(({ method, path }) => `${method} ${path.replace(":id", "{id}")}`);
    expect(openapi).toBe("3.1.0");
    expect(described.toSorted()).toEqual([...served, "get /openapi.json"].toSorted());
  });

  it("gives each operation a name of its own, its roles, its parameters, an answer and its refusals", async () => {
    const { paths } = await read();
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, operation })),
    );

    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { path, operation } of operations.filter((each) => each.path !== "/openapi.json")) {
      expect(operation["x-roles"]?.length, path).toBeGreaterThan(0);
      expect(operation.summary, path).toMatch(/^[A-Z]/);
      expect(Object.keys(operation.responses), path).toEqual(
        expect.arrayContaining(["400", "401", "403", "429"]),
      );
      const inPath = operation.parameters?.filter((each) => each.in === "path").map(({ name }) => name);
      expect(inPath, path).toEqual(path.includes("{id}") ? ["id"] : []);
    }
    const pause = paths["/persons/{id}/pause"]?.post;
    expect(pause?.requestBody?.content["application/json"]?.schema.required).toEqual(["reason"]);
    expect(pause?.parameters?.map(({ name }) => name)).toEqual([
      "id",
      "identity",
      "Forestall-Actor",
      "If-Match",
    ]);
    expect(paths["/decisions"]?.get?.parameters?.map(({ name }) => name)).toEqual([
      ...["after", "limit", "person", "account", "since", "match"],
    ]);
  });

  it("refers only to what it holds, and closes no object to new fields", async () => {
    const document = await read();
    const text = JSON.stringify(document);

    const names = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];
    expect(names.length).toBeGreaterThan(50);
    for (const [, part, name] of names) {
      const parts: Record<string, Record<string, object>> = document.components;
      expect(Object.keys(parts[part ?? ""] ?? {})).toContain(name);
    }
    expect(text).not.toContain('"$ref":"#/$defs');
    for (const schema of Object.values(document.components.schemas)) {
      expect(JSON.stringify(schema)).not.toContain('"additionalProperties":false');
    }
  });

  it("says of every field of every answer what it means", async () => {
    const { components, paths } = await read();

    const named = Object.entries(components.schemas);
    const inline = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses }]) => [`${method} ${path}`, responses] as const),
    );
    const fields = [...named, ...inline].flatMap(([name, schema]) => fieldsIn(name, schema));
    expect(fields.length).toBeGreaterThan(300);
    expect(fields.filter(({ description }) => !isSaying(description)).map(({ path }) => path)).toEqual([]);
    expect(named.filter(([, schema]) => !isSaying(schema.description)).map(([name]) => name)).toEqual([]);
  });

  it("says of every parameter and of every field of a request what it means", async () => {
    const { paths } = await read();

    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ line: `${method} ${path}`, operation })),
    );
    const fields = operations.flatMap(({ line, operation }) => [
      ...(operation.parameters ?? [])
        .filter((each) => each.in !== "path")
        .map(({ name, description }) => ({ path: `${line}.${name}`, description })),
      ...fieldsIn(line, operation.requestBody?.content),
    ]);
    expect(fields.length).toBeGreaterThan(100);
    expect(fields.filter(({ description }) => !isSaying(description)).map(({ path }) => path)).toEqual([]);
  });

  it("would find a field that nothing is said of, however deep it lies", () => {
    const silent = z.object({ rows: z.array(z.object({ at: z.string() }).nullable()).describe("Rows") });

    expect(fieldsIn("Planted", z.toJSONSchema(silent))).toEqual([
      { path: "Planted.rows", description: "Rows" },
      { path: "Planted.rows.at", description: undefined },
    ]);
  });

  it("is open to everybody, as it says nothing about anybody", async () => {
    const { status, headers } = await ask(world, "GET /openapi.json");

    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("application/json");
  });
});

describe("docs/api.md", () => {
  it("names every address with its method", () => {
    const text = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8");

    const missing = world.api.routes
      .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(":id", "<id>")}`)
      .filter((line) => !text.includes(`\`${line}\``));
    expect(missing).toEqual([]);
  });
});
