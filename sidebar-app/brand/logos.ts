/**
 * The logo set of the Zendesk app, out of the one drawing in `mark.svg`. The mark is an exclamation mark that is caught
 * before it lands; its dot, the thing that falls, has a colour of its own wherever there is colour.
 */
const GROUND = "#0f4a4f";
const LIGHT = "#f3fbf7";
const WARM = "#ffb84d";

/** Fits the mark into the tile with air around it, a little above the middle, where the eye takes it to stand. */
const INSET = "translate(7.5 8.1) scale(.766)";

export interface Logos {
  /** A tile with round corners, for where the host does not cut them. */
  readonly tile: string;
  /** The same with square corners, as the marketplace wants it. */
  readonly square: string;
  /** The mark alone in one colour, which the host chooses; drawn to be read at 18 px. */
  readonly icon: string;
}

export function logosFrom(master: string): Logos {
  const shapes = shapesOf(master);
  const coloured = shapes.map(({ id, markup }) => (id === "dot" ? painted(markup, WARM) : markup)).join("");
  const tile = (corner: number) =>
    svg(
      `<rect width="64" height="64" rx="${corner}" fill="${GROUND}"/>` +
        `<g fill="${LIGHT}" transform="${INSET}">${coloured}</g>`,
    );
  return {
    tile: tile(14),
    square: tile(0),
    icon: svg(`<g fill="currentColor">${shapes.map(({ markup }) => markup).join("")}</g>`),
  };
}

function shapesOf(master: string): readonly { readonly id: string; readonly markup: string }[] {
  return [...master.matchAll(/<(\w+) id="(\w+)" ([^>]*)\/>/g)].map(([, name, id = "", rest]) => ({
    id,
    markup: `<${name} ${rest}/>`,
  }));
}

const painted = (markup: string, colour: string) => markup.replace("/>", ` fill="${colour}"/>`);

const svg = (inner: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>Forestall</title>${inner}</svg>\n`;
