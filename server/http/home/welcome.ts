import { type Html, html } from "../../lib/html.ts";

/** The front page of a real server: that it runs, and what to do next. */
export function welcomeView(tenants: number): Html {
  return html`
    <header class="top"><div><p class="brand">Forestall</p><h1>The server is running.</h1></div></header>
    <main id="main" class="welcome">
      <section class="panel wide">
        <h2>${tenants === 0 ? "Four steps, then it helps" : "What to do next"}</h2>
        <ol class="steps">
          ${
            tenants === 0 &&
            html`<li><p><strong>Create a tenant.</strong> A tenant is one company with a help desk. Its tokens are shown once.</p>
            <pre><code>npx forestall tenant create acme</code></pre></li>`
          }
          <li><p><strong>Connect what happens around your product.</strong> Each command prints the address to send to.</p>
          <pre><code>npx forestall source add sentry --tenant acme
npx forestall source add stripe --tenant acme
npx forestall source add zendesk --tenant acme</code></pre></li>
          <li><p><strong>See what is missing.</strong> Links, owners and channels are checked, with what to do about each.</p>
          <pre><code>npx forestall doctor</code></pre></li>
          <li><p><strong>Watch first, then switch on.</strong> A new tenant is in dry run: everything is decided, nothing is sent. Go live step by step.</p>
          <pre><code>npx forestall live --percent 5 --tenant acme</code></pre></li>
        </ol>
        <p class="soft">Would you rather look around first? <code>npm run demo</code> starts a server with simulated customers.</p>
        <p><a href="/api/v1/openapi.json">Description of the API</a> <a href="/healthz">Health</a> <a href="/metrics">Metrics</a></p>
      </section>
    </main>
  `;
}
