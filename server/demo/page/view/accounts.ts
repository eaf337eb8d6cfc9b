import { type Html, html } from "../../../lib/html.ts";
import type { Overview } from "../facts/overview.ts";

const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const COUNT = new Intl.NumberFormat("en");

export function accountsPart(overview: Overview): Html {
  const { monitored, bands, riskiest } = overview;
  if (monitored === 0) {
    return html`<p class="empty">No accounts yet. They appear with the first events.</p>`;
  }
  return html`
    ${bandBar(overview)}
    <ul class="bands">
      ${bands.map(
        ({ band, label, range, count, share }) => html`<li>
          <span class="dot ${band}" aria-hidden="true"></span>
          <span class="band-name">${label} <small>${range}</small></span>
          <strong>${COUNT.format(count)}</strong>
          <span class="soft">${PERCENT.format(share)}</span>
        </li>`,
      )}
    </ul>
    <h3>Most at risk now</h3>
    ${
      riskiest.length === 0
        ? html`<p class="empty">Nobody needs attention at the moment.</p>`
        : html`<ol class="risks">${riskiest.map(riskRow)}</ol>`
    }
  `;
}

function riskRow({ name, segment, score, band, why }: Overview["riskiest"][number]): Html {
  return html`<li>
    <span class="score ${band}"><span class="sr">Score </span>${score}</span>
    <span class="risk-text"><strong>${name}</strong>${segment !== null && html` <small class="soft">${segment}</small>`}
      <span class="why">${why}</span></span>
  </li>`;
}

/** Widths stand in attributes, as style attributes are not allowed here. */
function bandBar({ bands, monitored }: Overview): Html {
  const spoken = bands.map(({ label, count }) => `${label}: ${count}`).join(", ");
  let x = 0;
  const bars = bands.map(({ band, share }) => {
    // What is there stays visible, however little it is.
    const width = share === 0 ? 0 : Math.max(share * 100, 1.2);
    const bar = html`<rect class="${band}" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="10"></rect>`;
    x += width;
    return bar;
  });
  return html`<svg class="bar" viewBox="0 0 ${Math.max(100, x).toFixed(2)} 10" preserveAspectRatio="none" role="img"
    aria-label="${COUNT.format(monitored)} accounts by band. ${spoken}">${bars}</svg>`;
}
