import { createHash } from "node:crypto";

/** The page's look: one column, light or dark as the system says, nothing loaded from anywhere. */
const SHEET = `
:root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--text:#1b1f24;--soft:#57606a;--line:#d5dae1;--focus:#0b57d0;--good-bg:#e3f4e8;--good:#14532d;--warn-bg:#fff3d6;--warn:#5c3c00;--chip:#f6f8fa;--stop:#b3261e}
@media (prefers-color-scheme:dark){:root{--bg:#12151a;--card:#1b2027;--text:#eceff3;--soft:#a9b3bf;--line:#39424e;--focus:#8ab4f8;--good-bg:#12351f;--good:#b7ebc6;--warn-bg:#3b2d0c;--warn:#ffdf9e;--chip:#232a33;--stop:#ff9b94}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header{max-width:42rem;margin:0 auto;padding:0 1rem}
header{display:flex;align-items:center;gap:.75rem;padding-top:1.5rem;padding-bottom:.5rem;font-weight:600}
header img{max-height:2rem;max-width:9rem;display:block}
main{padding-bottom:3rem}
main:first-child{padding-top:1.5rem}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0 .25rem;letter-spacing:-.01em}
h2{font-size:1.1rem;line-height:1.3;margin:0 0 .5rem}
p{margin:0 0 .75rem}
.soft{color:var(--soft)}
.kept{margin:.9rem 0 0;padding-top:.8rem;border-top:1px solid var(--line)}
.small{font-size:.9rem}
section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1.1rem 1.1rem 1.2rem;margin-top:1rem;scroll-margin-top:1rem}
dl{margin:0}
dt{color:var(--soft);font-size:.85rem;font-weight:600;margin-top:.8rem}
dt:first-child{margin-top:0}
dd{margin:.1rem 0 0}
fieldset{border:0;margin:0 0 1rem;padding:0;min-width:0}
legend{padding:0;margin-bottom:.5rem}
legend h2{margin:0}
.legend{color:var(--soft);font-size:.95rem}
legend h2{padding-bottom:.15rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.chips{display:flex;flex-wrap:wrap;gap:.5rem}
.chip{position:relative;display:flex;align-items:center;gap:.55rem;min-height:2.75rem;padding:.45rem .9rem;border:1px solid var(--line);border-radius:.7rem;background:var(--chip);cursor:pointer}
.chips .chip:has(input:checked){border-color:var(--focus);box-shadow:inset 0 0 0 1px var(--focus)}
.chip input{width:1.1rem;height:1.1rem;margin:0;flex:none;accent-color:var(--focus)}
.rows{display:grid;gap:.5rem}
.rows .chip{align-items:flex-start}
.rows .chip input{margin-top:.22rem}
.chip small{display:block;color:var(--soft);font-size:.85rem;line-height:1.4}
.actions{display:flex;flex-wrap:wrap;gap:.6rem .9rem;align-items:center;margin:0}
button,.button{font:inherit;font-weight:600;min-height:2.75rem;padding:.5rem 1.1rem;border-radius:.7rem;border:1px solid var(--line);background:var(--chip);color:var(--text);cursor:pointer;text-decoration:none;display:inline-flex;align-items:center}
button:hover,.chip:hover{border-color:var(--soft)}
button.main,.button.main{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.stop{border-color:var(--stop);color:var(--stop)}
label.field{display:block;margin:1rem 0 .4rem;color:var(--soft);font-size:.95rem}
input[type=date],select{font:inherit;min-height:2.75rem;max-width:100%;padding:.4rem .7rem;border:1px solid var(--line);border-radius:.7rem;background:var(--card);color:var(--text)}
a{color:inherit;text-underline-offset:.15em}
:focus-visible,input[type=date]:focus-within{outline:3px solid var(--focus);outline-offset:2px}
.chip:has(:focus-visible){outline:3px solid var(--focus);outline-offset:2px}
.chip input:focus-visible{outline:0}
.note{border-radius:.7rem;padding:.7rem .9rem;margin:1rem 0 0;background:var(--good-bg);color:var(--good);font-weight:600}
.note.quiet{background:var(--warn-bg);color:var(--warn);margin:0 0 .9rem;font-weight:400}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:1}
@media (max-width:26rem){h1{font-size:1.4rem}.answers .chip,.actions button,.actions form,.actions div,input[type=date],select{width:100%}.actions button{justify-content:center}.stars{display:grid;grid-template-columns:repeat(5,1fr);gap:.35rem}.stars .chip{flex-direction:column;gap:.25rem;padding:.55rem 0}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media (forced-colors:active){.chips .chip:has(input:checked){outline:2px solid}}
`.trim();

export interface Style {
  /** The text of the style element. */
  readonly sheet: string;
  /** The source for `style-src`. */
  readonly source: string;
}

const made = new Map<string, Style>();

/** The sheet in a tenant's colour, which is used for the main button alone, with text that can be read on it. */
export function styleFor(color: string): Style {
  const safe = /^#[0-9a-f]{6}$/i.test(color) ? color.toLowerCase() : "#1f5fbf";
  const known = made.get(safe);
  if (known !== undefined) return known;
  const sheet = `:root{--accent:${safe};--on-accent:${textOn(safe)}}${SHEET}`;
  const source = `'sha256-${createHash("sha256").update(sheet).digest("base64")}'`;
  const style = { sheet, source };
  if (made.size > 500) made.clear();
  made.set(safe, style);
  return style;
}

/** Black or white, whichever has more contrast: they are equal at a relative luminance of 0.179 (WCAG 2.2). */
function textOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}
