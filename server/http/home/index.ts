import { Router } from "express";
import type { Html } from "../../lib/html.ts";
import type { Logger } from "../../lib/log.ts";
import type { Tenancy } from "../../store/contract.ts";
import { readHomeAssets } from "./assets.ts";
import { frame } from "./frame.ts";
import { sendPage } from "./headers.ts";
import { welcomeView } from "./welcome.ts";
import { wrongHandler } from "./wrong.ts";

/** What the front page needs of the rest, given by whoever starts the server. */
export interface HomeDeps {
  readonly store: Pick<Tenancy, "tenants">;
  readonly log: Logger;
}

/**
 * The front page of a server, to be mounted at `/`: that it runs, and what to do next. It sets its own content
 * security policy, with nothing inline and nothing foreign.
 */
export function createHome({ store, log }: HomeDeps): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const assets = readHomeAssets();
  const draw = (content: Html) =>
    frame({ title: "Forestall", content, styles: [assets.hrefOf("page.css")], script: null });
  router.get("/home/:file", assets.serve);
  router.get("/", async (_request, response) => {
    sendPage(response, draw(welcomeView((await store.tenants()).length)));
  });
  router.use(wrongHandler(log, draw));
  return router;
}
