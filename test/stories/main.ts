/** `npm run stories`: the names of all; with a part of a name, those that have it, told. */
import { tell } from "./story.ts";
import { STORIES } from "./told/index.ts";

const [wanted] = process.argv.slice(2);
if (wanted === undefined) {
  for (const { name } of STORIES) console.log(name);
} else {
  for (const story of STORIES.filter(({ name }) => name.includes(wanted))) console.log(await tell(story));
}
