const MARKUP = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg/onload=alert(1)//",
  "<iframe src=javascript:alert(1)>",
  "<body onload=alert(1)>",
  "<a href=javascript:alert(1)>x</a>",
  "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
  "<input autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>",
  "<video><source onerror=alert(1)>",
  "<object data=javascript:alert(1)>",
  "<embed src=javascript:alert(1)>",
  "<form action=javascript:alert(1)><button>x",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<link rel=stylesheet href=//evil.example>",
  "<style>*{background:url(//evil.example)}</style>",
  "<base href=//evil.example/>",
  "<template><script>alert(1)</script></template>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
];
const ESCAPES = ["", '">', "'>", "-->", "]]>", "</title>", "</style>", "</a></td></tr></table>"];
const OTHERS = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  '" onmouseover="alert(1)',
  "' onfocus='alert(1)",
  "` onload=`alert(1)",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;script&#62;alert(1)",
  "\\u003cscript\\u003ealert(1)",
  "%3Cscript%3Ealert(1)",
  "＜script＞alert(1)",
  "<<script>script>alert(1)",
  "<scr\u0000ipt>alert(1)</scr\u0000ipt>",
  "expression(alert(1))",
  "<!--[if mso]><script>alert(1)</script><![endif]-->",
  "\r\nBcc: everyone@example.org",
  "<mj-raw><script>alert(1)</script></mj-raw>",
];

/** 180 texts that become live markup where somebody forgot to escape. */
export const XSS: readonly string[] = [
  ...MARKUP.flatMap((markup) => ESCAPES.map((before) => before + markup)),
  ...OTHERS,
];

/** Texts that become something else where a value is taken for a template. */
export const TEMPLATE_INJECTIONS: readonly string[] = [
  "{{ 7 | times: 191 }}",
  "{{ product }}",
  "{% for i in (1..999999999) %}x{% endfor %}",
  "{% include '/etc/passwd' %}",
  "{% render 'alert.mjml' %}",
  "{% assign product = 'evil' %}{{ product }}",
  "{%- raw -%}",
  "{{",
  "%}",
  "{{ constructor.constructor('return process')() }}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is meant to stay as it is.
  "${7*191}",
  "<%= 7*191 %>",
  "#{7*191}",
];
