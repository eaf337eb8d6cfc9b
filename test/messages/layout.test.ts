import toHtml from "mjml";
import { expect, it } from "vitest";
import { readProjectFile } from "../support/source.ts";

/** MJML checks colours, so the layouts hold these two in place of the tenant's. */
const BUTTON = "#010203";
const ON_BUTTON = "#040506";

/*
 * Email programs need HTML that nobody wants to write; MJML writes it. The server reads the result and carries no MJML.
 * After a change of a layout, or an update of MJML, write it anew and read the difference:
 *
 *     npx vitest run test/messages/layout.test.ts --update
 */
it.each(["layout", "alert"])("%s.liquid is what MJML makes of %s.mjml", async (name) => {
  const source = readProjectFile(`server/messages/${name}.mjml`);

  const { html } = await toHtml(source, { validationLevel: "strict" });

  const liquid = html.replaceAll(BUTTON, "{{ color }}").replaceAll(ON_BUTTON, "{{ onColor }}");
  await expect(liquid).toMatchFileSnapshot(`../../server/messages/${name}.liquid`);
});
