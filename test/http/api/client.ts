import { expect } from "vitest";
import * as replies from "../../../server/http/api/replies.ts";
import type { World } from "./world.ts";

export interface Asked {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

export interface Answered<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/**
 * Asks the API, and holds whatever it answers against its own description: a success against the schema of its
 * route, a refusal against the shape of a problem.
 */
export async function ask<Body = unknown>(
  world: World,
  line: string,
  asked: Asked = {},
): Promise<Answered<Body>> {
  const [method = "GET", path = "/"] = line.split(" ");
  const { token, body, headers = {} } = asked;
  const response = await fetch(`${world.origin}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = text === "" ? null : JSON.parse(text);
  if (method !== "HEAD" && method !== "OPTIONS") check(world, method, path, response, json);
  return { status: response.status, headers: response.headers, text, body: json };
}

function check(world: World, method: string, path: string, response: Response, json: unknown): void {
  const type = response.headers.get("content-type") ?? "";
  if (response.status >= 400) {
    expect(type).toBe("application/problem+json; charset=utf-8");
    const problem = replies.problem.parse(json);
    expect(problem.status).toBe(response.status);
    expect(problem.detail).toMatch(/^[A-Za-z`].*[.]$/);
    return;
  }
  const route = routeOf(world, method, path);
  if (route?.kind !== "json") return;
  expect(route.statuses).toContain(response.status);
  const result = route.reply.safeParse(json);
  expect(result.success ? [] : result.error.issues, `${method} ${path}`).toEqual([]);
}

export function routeOf(world: World, method: string, path: string) {
  const bare = path.split("?")[0] ?? "";
  return world.api.routes.find(
    (route) =>
      route.method === method.toLowerCase() &&
      new RegExp(`^${route.path.replace(":id", "[^/]+")}$`).test(bare),
  );
}
