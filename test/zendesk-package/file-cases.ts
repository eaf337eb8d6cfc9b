import { anApp, type Draft, png, svg } from "./app.ts";
import { type Case, oldList, PAGE, resourcesOnly, secure } from "./case.ts";

export const fileCases: readonly Case[] = [
  { rule: "symlink_in_zip", bad: anApp().link("assets/page.html"), good: anApp() },
  {
    rule: "no_source_required_apps",
    bad: resourcesOnly().file("app.js", "run()"),
    good: resourcesOnly().file("readme.txt", "run()"),
  },
  {
    rule: "style_in_template",
    bad: oldList().file("templates/layout.hdbs", "< style>"),
    also: ["invalid_version"],
    good: oldList().file("templates/layout.hdbs", "<p>style</p>"),
    still: ["invalid_version"],
  },
  {
    rule: "stylesheet_error",
    bad: oldList().file("app.scss", "a { b { color: red }"),
    also: ["invalid_version"],
    good: oldList().file("app.scss", 'a { b { content: "}" } } /* } */'),
    still: ["invalid_version"],
  },
  {
    rule: "translation.invalid_locale",
    bad: anApp().file("translations/english.json", "{}"),
    good: anApp().file("translations/pt-BR.json", "{}"),
  },
  {
    rule: "translation.not_json",
    bad: anApp().file("translations/de.json", "{"),
    good: anApp().file("translations/de.json", "{}"),
  },
  {
    rule: "translation.not_json_object",
    bad: anApp().file("translations/de.json", "[]"),
    good: anApp().file("translations/de.json", "{}"),
  },
  {
    rule: "translation.invalid_format",
    bad: anApp().file("translations/de.json", '{"app": {"package": "p"}, "ui": {"a": "A"}}'),
    good: anApp().file(
      "translations/de.json",
      '{"app": {"package": "p"}, "ui": {"a": {"title": "", "value": "A"}}}',
    ),
  },
  {
    rule: "translation.missing_required_key_on_leaf",
    bad: anApp().listing({ parameters: { region: { helpText: "Where" } } }),
    good: anApp().listing({ parameters: { region: { label: "Region", helpText: "Where" } } }),
  },
  {
    rule: "translation.missing_required_key",
    bad: anApp().listing({ long_description: undefined }),
    good: anApp().listing({ short_description: undefined, description: "Short." }),
  },
  {
    rule: "translation.missing_required_key",
    bad: anApp().manifest({ private: true }).listing({ name: undefined }),
    good: anApp().manifest({ private: true }).listing({ long_description: undefined }),
  },
  {
    rule: "translation.missing_required_key_for_product",
    bad: anApp().listing({ support: { name: "One" } }),
    good: anApp().listing({
      support: { name: "One", short_description: "S", long_description: "L", installation_instructions: "I" },
    }),
  },
  {
    rule: "translation.products_do_not_match_manifest_products",
    bad: anApp()
      .manifest({ private: true })
      .listing({ support: { name: "One" }, chat: { name: "Two" } }),
    good: anApp()
      .manifest({ private: true })
      .listing({ support: { name: "One" } }),
  },
  { rule: "listing_text_empty", bad: anApp().listing({ name: " " }), good: anApp() },
  {
    rule: "listing_text_too_long",
    bad: anApp().listing({ short_description: "é".repeat(81) }),
    good: anApp().listing({ short_description: "é".repeat(80), name: "é".repeat(40) }),
  },
  { rule: "listing_text_too_long", bad: anApp().listing({ name: "n".repeat(41) }), good: anApp() },
  {
    rule: "listing_name_trademark",
    bad: anApp().listing({ name: "Risk for Zendesk" }),
    good: anApp().listing({ short_description: "Made for Zendesk." }),
  },
  {
    rule: "parameter_without_label",
    bad: anApp().listing({ parameters: {} }),
    good: anApp().listing({ parameters: { region: { label: "Region" }, gone: { label: "Gone" } } }),
  },
  {
    rule: "banner.invalid_format",
    bad: anApp().file("assets/banner.png", "GIF89a"),
    good: anApp().file("assets/banner.png", png(830, 200)),
  },
  {
    rule: "banner.invalid_size",
    bad: anApp().file("assets/banner.png", png(830, 201)),
    good: anApp().file("assets/banner.png", png(1660, 400)),
  },
  { rule: "logo_missing", bad: anApp().without("assets/logo.png"), good: anApp() },
  { rule: "logo_missing", bad: anApp().file("assets/logo-small.png", "<svg/>"), good: anApp() },
  {
    rule: "logo_size",
    bad: anApp().file("assets/logo.png", png(321, 320)),
    good: anApp().file("assets/logo.png", png(320, 320, 2)),
  },
  {
    rule: "logo_not_transparent",
    bad: anApp().file("assets/logo-small.png", png(128, 128, 2)),
    good: anApp().file("assets/logo-small.png", png(128, 128, 6)),
  },
  {
    rule: "screenshot_size",
    bad: anApp().file("assets/screenshot-0.png", png(1024, 700)),
    good: anApp().file("assets/screenshot-0.png", png(2048, 1536)).file("assets/shot.png", png(1, 1)),
  },
  {
    rule: "dirty_svg",
    bad: anApp().file("assets/a.svg", "<svg><g></svg>"),
    good: anApp().file(
      "assets/a.svg",
      `<?xml version="1.0"?>\n<!-- a > b -->${svg("<g><path d='M0 0'/></g>")}\n`,
    ),
  },
  {
    rule: "sanitised_svg",
    bad: anApp().file("assets/a.svg", svg('<path onclick="go()" d="M0 0"/>')),
    good: anApp().file("assets/a.svg", svg('<use href="#a"/><path data-name="b" d="M0 0"/>')),
  },
  { rule: "sanitised_svg", bad: anApp().file("assets/a.svg", svg("<script>go()</script>")), good: anApp() },
  {
    rule: "sanitised_svg",
    bad: anApp().file("assets/a.svg", svg('<path fill="url(https://fixture.test/x)"/>')),
    good: anApp().file("assets/a.svg", svg('<path fill="url(#shade)"/>')),
  },
  {
    rule: "bitmap_in_svg",
    bad: anApp().file("assets/a.svg", svg('<image href="data:image/png;base64,AAAA"/>')),
    good: anApp().file("assets/a.svg", svg("<title>image</title>")),
  },
  { rule: "icon_missing", bad: anApp().location({ nav_bar: PAGE }), good: withIcon(svg("<path/>")) },
  { rule: "icon_without_viewbox", bad: withIcon(svg("<path/>", "")), good: withIcon(svg("<path/>")) },
  {
    rule: "icon_not_monochrome",
    bad: withIcon(svg('<path fill="red"/><path stroke="#00f"/>')),
    good: withIcon(svg('<path fill="currentColor" stroke="none"/>')),
  },
  {
    rule: "unsupported_mime_type_detected",
    bad: anApp().file("assets/guide.pdf", "text"),
    good: anApp().file("assets/guide.html", "text"),
  },
  {
    rule: "unsupported_mime_type_detected",
    bad: anApp().file("assets/photo.png", "PK\u0003\u0004rest"),
    good: anApp().file("assets/photo.png", png(10, 10)),
  },
  {
    rule: "unaccepted_asset_type",
    bad: anApp().file("assets/page.ts", "text"),
    good: anApp().file("assets/page.js", "text"),
  },
  {
    rule: "package_too_large",
    bad: anApp().file("assets/page.css", " ".repeat(5 * 1024 * 1024)),
    good: anApp().file("assets/page.css", " ".repeat(4 * 1024 * 1024)),
  },
];

export const warningCases: readonly Case[] = [
  {
    rule: "insecure_token_parameter",
    bad: anApp().parameters({ name: "region_pwd" }),
    good: anApp().parameters({ name: "region_pwd", type: "checkbox" }),
  },
  {
    rule: "default_secure_or_hidden_parameter",
    bad: anApp().parameters({ name: "a", type: "hidden", default: "x" }),
    good: anApp().parameters({ name: "a", default: "x" }),
  },
  { rule: "secure_parameters_with_no_scopes", bad: secure({ scopes: undefined }), good: secure({}) },
  {
    rule: "insecure_http_request",
    bad: anApp().file("assets/a.js", 'fetch("http://fixture.test")'),
    good: anApp().file("assets/a.js", 'fetch("https://fixture.test")'),
  },
  {
    rule: "application_secret",
    bad: anApp().file("assets/a.js", '"-----BEGIN RSA PRIVATE KEY-----"'),
    good: anApp().file("assets/a.js", '"-----BEGIN CERTIFICATE-----"'),
  },
  {
    rule: "application_secret",
    bad: anApp().file("assets/a.html", `<p>${"xoxb"}-123456`),
    good: anApp().file("assets/a.css", `/* ${"xoxb"}-123456 */`),
  },
  {
    rule: "generic_secrets",
    bad: anApp().file("assets/a.js", "f(secretly)"),
    good: anApp().file("assets/a.js", "f(privately)"),
  },
  {
    rule: "placeholder_address",
    bad: anApp().manifest({ author: { name: "Me", email: "me@example.com" } }),
    good: anApp().manifest({ author: { name: "Me", email: "example@fixture.test" } }),
  },
];

function withIcon(icon: string): Draft {
  return anApp().location({ nav_bar: PAGE }).file("assets/icon_nav_bar.svg", icon);
}
