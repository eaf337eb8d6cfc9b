import { type Html, html } from "../../lib/html.ts";

export interface Frame {
  readonly title: string;
  readonly content: Html;
  /** Addresses of its style sheets, the one that wins last. */
  readonly styles: readonly string[];
  /** Address of the script that keeps the page up to date; null for a page that stays as it is. */
  readonly script: string | null;
}

/** The skeleton of every page. Nothing is loaded from elsewhere, and nothing of it is inline. */
export function frame({ title, content, styles, script }: Frame): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/home/icon.svg" type="image/svg+xml">
${styles.map((href) => html`<link rel="stylesheet" href="${href}">\n`)}${
  script !== null && html`<script type="module" src="${script}"></script>`
}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${content}
</body>
</html>
`;
}
