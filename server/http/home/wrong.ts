import type { ErrorRequestHandler } from "express";
import { type Html, html } from "../../lib/html.ts";
import type { Logger } from "../../lib/log.ts";
import { sendPage } from "./headers.ts";

export function wrongView(title: string, text: string): Html {
  return html`
    <header class="top"><div><p class="brand">Forestall</p><h1>${title}</h1></div></header>
    <main id="main" class="welcome"><section class="panel wide"><p>${text}</p><p><a href="/">To the overview</a></p></section></main>
  `;
}

/** A page, too, when something of ours fails; what it was goes to the log. */
export function wrongHandler(log: Logger, draw: (content: Html) => Html): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    log.error({ err: error }, "the front page failed");
    if (response.headersSent) return next(error);
    const content = wrongView(
      "That did not work",
      "The server could not put this page together. Please try again in a moment.",
    );
    sendPage(response, draw(content), 500);
  };
}
