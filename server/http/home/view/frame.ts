import { type Html, html } from "../../../lib/html.ts";

export interface Frame {
  readonly title: string;
  readonly content: Html;
  /** Versions of the style sheet and script, so that a changed file is loaded anew. */
  readonly assets: string;
  /** With the script that keeps the page up to date. */
  readonly live: boolean;
}

/** The skeleton of every page. Nothing is loaded from elsewhere, and nothing of it is inline. */
export function frame({ title, content, assets, live }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/home/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/home/page.css?v=${assets}">
${live && html`<script type="module" src="/home/page.js?v=${assets}"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${content}
</body>
</html>
`;
}
