import { describe, expect, it } from "vitest";
import { fileOf, tell } from "./story.ts";
import { STORIES } from "./told/index.ts";

/*
 * A transcript that differs is read, line by line, as whoever lives through it. It is renewed (`vitest -u`) when every
 * line is true, kind and of use at that moment, and not because the test is red.
 */
describe("the story of", () => {
  it.each(STORIES.map((story) => [story.name, story] as const))("%s", async (_name, story) => {
    await expect(await tell(story)).toMatchFileSnapshot(`transcripts/${fileOf(story)}`);
  });

  it("each has a name of its own", () => {
    expect(new Set(STORIES.map(fileOf)).size).toBe(STORIES.length);
  });
});
