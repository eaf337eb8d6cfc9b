/**
 * Keeps the page up to date. Every piece of markup comes finished from the server, which escapes it; this script
 * only puts it in place. Without it the page works as well: it is then what it was when it was loaded.
 */
const MOST_LINES = 80;
const $ = (id) => document.getElementById(id);
const status = $("status");
const pause = $("pause");
const waitingButton = $("waiting");

let paused = false;
/** Lines that wait while somebody reads: the list must not move under the pointer or the keyboard. */
let waiting = [];

// ---- decisions

const list = () => $("decisions");
const reading = () => paused || list().matches(":hover") || list().contains(document.activeElement);

function addLine(markup) {
  const holder = document.createElement("template");
  holder.innerHTML = markup.trim();
  const line = holder.content.firstElementChild;
  const known = [...list().children].some((each) => each.dataset.key === line.dataset.key);
  if (known) return;
  line.classList.add("new");
  list().prepend(line);
  while (list().children.length > MOST_LINES) list().lastElementChild.remove();
  $("no-decisions").hidden = true;
}

function showWaiting() {
  for (const markup of waiting) addLine(markup);
  waiting = [];
  waitingButton.hidden = true;
}

function take(markup) {
  if (!reading()) {
    showWaiting();
    return addLine(markup);
  }
  waiting = [...waiting, markup].slice(-MOST_LINES);
  waitingButton.hidden = false;
  waitingButton.textContent =
    waiting.length === 1 ? "Show 1 new decision" : `Show ${waiting.length} new decisions`;
}

waitingButton.addEventListener("click", () => {
  showWaiting();
  list().querySelector("a")?.focus();
});
$("decisions").parentElement.addEventListener("pointerleave", () => {
  if (!reading()) showWaiting();
});
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? "Go on with updates" : "Pause updates";
  if (!paused) {
    showWaiting();
    refresh(["accounts", "messages", "incident", "counts"]).catch(() => {});
  }
});

$("filters").addEventListener("change", (event) => {
  list().dataset.only = event.target.value;
});

// ---- parts

/** Replaces what changed, and keeps the keyboard where it was. */
async function refresh(parts) {
  await Promise.all(
    parts.map(async (name) => {
      const place = document.querySelector(`[data-part="${name}"]`);
      const answer = await fetch(`/demo/part/${name}`);
      if (place === null || !answer.ok) return;
      const markup = await answer.text();
      if (place.dataset.markup === markup) return;
      place.dataset.markup = markup;
      const focused = place.contains(document.activeElement)
        ? document.activeElement.getAttribute("href")
        : null;
      replaceKeepingFrames(place, markup);
      if (focused !== null) place.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }),
  );
}

/** A frame that is moved or replaced loads again and flickers, so cards that stay are left where they are. */
function replaceKeepingFrames(place, markup) {
  const fresh = document.createElement("template");
  fresh.innerHTML = markup;
  const sourcesOf = (root) =>
    [...root.querySelectorAll("iframe")].map((each) => each.getAttribute("src")).join();
  const [before, after] = [place.querySelector(".email"), fresh.content.querySelector(".email")];
  if (before !== null && after !== null && sourcesOf(before) === sourcesOf(after)) {
    const sections = [...place.children];
    [...fresh.content.children].forEach((section, index) => {
      if (!section.querySelector("iframe")) sections[index]?.replaceWith(section);
    });
    return;
  }
  place.replaceChildren(fresh.content);
}

async function readAll() {
  const answer = await fetch("/demo/part/decisions");
  if (answer.ok) {
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const lines = [...holder.content.querySelectorAll("li")].reverse();
    for (const line of lines) addLine(line.outerHTML);
    for (const line of list().children) line.classList.remove("new");
  }
  await refresh(["accounts", "messages", "incident", "counts"]);
}

// ---- the stream

function listen() {
  const stream = new EventSource("/demo/live");
  stream.addEventListener("open", () => {
    status.textContent = "";
    status.classList.remove("lost");
    if (!paused) readAll().catch(() => {});
  });
  stream.addEventListener("error", () => {
    status.textContent = "The server does not answer. This page goes on by itself when it is back.";
    status.classList.add("lost");
  });
  stream.addEventListener("decision", (event) => take(JSON.parse(event.data).html));
  stream.addEventListener("changed", (event) => {
    if (!paused) refresh(JSON.parse(event.data)).catch(() => {});
  });
}

// ---- traces

const dialog = $("trace");
const body = $("trace-body");

async function openTrace(address) {
  body.innerHTML = '<p class="soft" role="status">Reading the trace…</p>';
  if (!dialog.open) dialog.showModal();
  try {
    const answer = await fetch(`${address}?part=1`);
    if (!answer.ok) throw new Error(String(answer.status));
    body.innerHTML = await answer.text();
    addClose();
    body.querySelector("h1").focus();
  } catch {
    body.innerHTML =
      '<h1 tabindex="-1">The trace cannot be read</h1><p>The server did not answer. Please try again in a moment.</p>';
    addClose();
  }
}

function addClose() {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "close";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  body.prepend(close);
  body.querySelector("h1").tabIndex = -1;
}

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="/demo/trace/"]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  void openTrace(link.getAttribute("href"));
});

// ---- the incident

$("incident-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  status.textContent = "Sixty customers are failing now.";
  try {
    const answer = await fetch("/demo/incident", { method: "POST", headers: { accept: "application/json" } });
    const { sent } = await answer.json();
    status.textContent =
      sent === 0 ? "An incident is being played already." : `${sent} customers failed. Watch the banner.`;
  } catch {
    status.textContent = "The incident could not be started.";
  }
  button.disabled = false;
});

pause.hidden = false;
$("filters").hidden = false;
listen();
