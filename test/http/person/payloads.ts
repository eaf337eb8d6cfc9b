/** Texts that would run a script, or leave their place, where somebody forgot to escape. */
const CODE = [
  "<script>window.ran=1</script>",
  "<img src=x onerror=window.ran=1>",
  "<svg onload=window.ran=1>",
  "<svg><script>window.ran=1</script></svg>",
  "<body onload=window.ran=1>",
  "<iframe srcdoc='<script>parent.ran=1</script>'>",
  "<details open ontoggle=window.ran=1>",
  "<input autofocus onfocus=window.ran=1>",
  "<video><source onerror=window.ran=1></video>",
  "<math><mtext><img src=x onerror=window.ran=1></mtext></math>",
  "<style>@import 'javascript:window.ran=1'</style>",
  "<link rel=stylesheet href=javascript:window.ran=1>",
  "<meta http-equiv=refresh content='0;url=javascript:window.ran=1'>",
  "<base href=javascript:window.ran=1//>",
  "<a href=javascript:window.ran=1>x</a>",
  "<form action=javascript:window.ran=1><button>x</button></form>",
  "<object data=javascript:window.ran=1>",
  "<template><script>window.ran=1</script></template>",
  "<noscript><p title='</noscript><img src=x onerror=window.ran=1>'>",
  "onfocus=window.ran=1 autofocus ",
  "javascript:window.ran=1",
  "data:text/html,<script>parent.ran=1</script>",
  "{{constructor.constructor('window.ran=1')()}}",
  "$" + "{window.ran=1}",
  "&lt;script&gt;window.ran=1&lt;/script&gt;",
];
const BREAKS = ["", '">', "'>", "</title></style></textarea></script>"];

/** 100: each as it is, and after three ends of what may be around it. */
export const PAYLOADS: readonly string[] = CODE.flatMap((code) => BREAKS.map((start) => `${start}${code}`));

/** 25 of them: each once, as it is or after the next of the ends. */
export const SOME_PAYLOADS: readonly string[] = CODE.map(
  (code, i) => `${BREAKS[i % BREAKS.length] ?? ""}${code}`,
);
