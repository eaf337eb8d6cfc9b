import { type Html, html } from "../../../lib/html.ts";

export function wrongView(title: string, text: string): Html {
  return html`
    <header class="top"><div><p class="brand">Forestall</p><h1>${title}</h1></div></header>
    <main id="main" class="welcome"><section class="panel wide"><p>${text}</p><p><a href="/">To the overview</a></p></section></main>
  `;
}
