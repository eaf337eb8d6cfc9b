import { Html, html } from "../../lib/html.ts";
import type { ZendeskSession } from "../wire.ts";
import type { Bundle } from "./bundle.ts";
import { textIn } from "./texts.ts";

/** What every page knows of where it is shown. */
export interface Frame {
  readonly scheme: "light" | "dark";
  readonly lang: string;
}

/** The app itself. Nothing in it runs but the two scripts; the session is data. */
export function appPage(frame: Frame, session: ZendeskSession, bundle: Bundle, sdkUrl: string): Html {
  return page(
    frame,
    html`${bundle.styles.map((href) => html`<link rel="stylesheet" href="${href}">`)}
    ${preloaded(frame, bundle).map((href) => html`<link rel="modulepreload" href="${href}">`)}
    <script defer src="${sdkUrl}"></script>
    <script type="module" src="${bundle.script}"></script>`,
    html`<script type="application/json" id="forestall-session">${dataOf(session)}</script>
    <div id="root"></div>
    <noscript>Forestall needs JavaScript.</noscript>`,
  );
}

function preloaded({ lang }: Frame, { preload, texts }: Bundle): readonly string[] {
  const own = texts.get(lang);
  return own === undefined ? preload : [...preload, own];
}

/** JSON inside a script element: without `<` nothing in it can end the element. */
function dataOf(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

export interface PairForm {
  /** Where it is sent, with everything Zendesk appended to the page's address. */
  readonly action: string;
  readonly state: string;
  readonly host: string;
  /** Why the last code was not taken. */
  readonly wrong: string | null;
}

/** An account that belongs to no tenant yet. */
export function pairPage(frame: Frame, form: PairForm): Html {
  const { lang } = frame;
  return page(
    frame,
    plainStyle(),
    html`<main>
      <h1>${textIn(lang, "connect.title")}</h1>
      <p>${textIn(lang, "connect.explain", { host: form.host, command: "forestall zendesk pair" })}</p>
      ${form.wrong === null ? null : html`<p class="wrong" role="alert">${form.wrong}</p>`}
      <form method="post" action="${form.action}">
        <input type="hidden" name="state" value="${form.state}">
        <label for="code">${textIn(lang, "connect.code")}</label>
        <input id="code" name="code" required maxlength="40" autocomplete="off" autocapitalize="characters"
          spellcheck="false" placeholder="XXXX-XXXX-XXXX">
        <button type="submit">${textIn(lang, "connect.submit")}</button>
      </form>
    </main>`,
  );
}

/** A page that says one thing. */
export function plainPage(frame: Frame, title: string, text: string): Html {
  return page(frame, plainStyle(), html`<main><h1>${title}</h1><p>${text}</p></main>`);
}

const plainStyle = () => html`<link rel="stylesheet" href="plain.css">`;

function page({ scheme, lang }: Frame, head: Html, body: Html): Html {
  return html`<!doctype html>
<html lang="${lang}" dir="ltr" data-scheme="${scheme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${scheme}">
<title>Forestall</title>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

export const PLAIN_CSS = `:root { color-scheme: light; --fg: #293239; --bg: #fff; --line: #d8dcde; --act: #1f73b7; --bad: #cd3642; }
:root[data-scheme="dark"] { color-scheme: dark; --fg: #d8dcde; --bg: #151a1e; --line: #39434b; --act: #2694d6; --bad: #f2a1a8; }
body { margin: 0; padding: 12px; background: var(--bg); color: var(--fg); font: 14px/20px system-ui, sans-serif; }
main { max-width: 480px; }
h1 { margin: 0 0 8px; font-size: 18px; line-height: 24px; }
label { display: block; margin-bottom: 4px; font-weight: 600; }
input:not([type="hidden"]) { box-sizing: border-box; width: 100%; padding: 8px 12px; border: 1px solid var(--line);
  border-radius: 4px; background: inherit; color: inherit; font: inherit; }
button { margin-top: 12px; padding: 8px 16px; border: 1px solid var(--act); border-radius: 4px; background: none;
  color: inherit; font: inherit; cursor: pointer; }
:focus-visible { outline: 2px solid var(--act); outline-offset: 2px; }
.wrong { color: var(--bad); }
`;
