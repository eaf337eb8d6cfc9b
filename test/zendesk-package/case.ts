import type { RuleName } from "../../server/zendesk-package/finding.ts";
import type { Options } from "../../server/zendesk-package/options.ts";
import { anApp, type Draft } from "./app.ts";

/** For one rule an app that breaks it, and one that comes close and does not. */
export interface Case {
  readonly rule: RuleName;
  readonly bad: Draft;
  readonly good: Draft;
  /** Rules that the bad one cannot help breaking too. */
  readonly also?: readonly RuleName[];
  /** Rules that the good one breaks, as it is written for what Zendesk no longer serves. */
  readonly still?: readonly RuleName[];
  readonly options?: Options;
}

export const PAGE = "https://fixture.test/ticket";

/** An app for version 1 of the framework; its locations have no addresses. */
export const oldList = () => anApp().manifest({ frameworkVersion: "1.0", location: ["ticket_sidebar"] });

export const resourcesOnly = () =>
  anApp()
    .manifest({ requirementsOnly: true, location: undefined, frameworkVersion: undefined })
    .requirements({ macros: { one: { title: "One" } } });

export const listingOnly = () =>
  anApp().manifest({
    marketingOnly: true,
    location: undefined,
    frameworkVersion: undefined,
    parameters: undefined,
  });

export const many = (count: number) => Array.from({ length: count }, (_, index) => index);

export const secure = (more: object) =>
  anApp().parameters({ name: "region", secure: true, scopes: ["header"], ...more });

export const mtls = (more: object) => ({
  name: "cert",
  type: "mtls",
  allowed_domain: "api.fixture.test",
  ...more,
});
