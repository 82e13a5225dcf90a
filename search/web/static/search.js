// Results without a reload: fetches the page that a link or the box leads to, and puts its results and filters in place of
// those that are shown. History, scroll and focus are kept; what fails is said in place. Everything works without this file.

const SHOWN = ["results", "filters", "carried", "about", "languages"];
const LOADING_MS = 150;
const KEPT_PAGES = 20;

const root = new URL(document.body.dataset.root, location);
const box = document.getElementById("q");
const form = document.getElementById("box");
const trouble = document.getElementById("trouble");
const said = document.getElementById("said");
const pages = new Map();
const parser = new DOMParser();
let shown = bare(location.href);
let before = null; // where typing began, to which "back" leads once what was typed is submitted
let running = null;
let usual = 0; // how long an answer usually takes, in ms
let sayLater = 0;

function bare(href) {
  const url = new URL(href, location);
  url.hash = "";
  return url.href;
}

const panelOpen = () => location.hash === "#filters";

function isSearch(url) {
  return url.origin === root.origin && (url.pathname === root.pathname || url.pathname === new URL("search", root).pathname);
}

function saveScroll() {
  history.replaceState({ ...history.state, y: Math.round(scrollY) }, "");
}

function addressOf(from, button) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(from, button)) {
    // An empty filter asks for articles without one; an empty field asks for nothing.
    if (value.trim() || /section|author|source/.test(name)) query.append(name, value);
  }
  const text = query.toString();
  return new URL(text ? `search?${text}` : ".", root).href;
}

// how: "type" replaces the entry of the history, "go" adds one, "submit" puts it in the place of what was typed, "back" moves.
async function show(href, how, y = 0) {
  const url = bare(href);
  if (how === "go" || how === "submit") saveScroll();
  running?.abort();
  const own = (running = new AbortController());
  const late = setTimeout(() => document.documentElement.classList.add("loading"), LOADING_MS);
  document.getElementById("results").setAttribute("aria-busy", "true");
  const begin = performance.now();
  try {
    let text = how === "back" ? pages.get(url) : undefined;
    if (text === undefined) {
      const answer = await fetch(url, { signal: own.signal, headers: { Accept: "text/html" } });
      text = await answer.text();
      if (!answer.ok) throw Object.assign(new Error("status"), { page: parser.parseFromString(text, "text/html") });
      usual = usual ? 0.7 * usual + 0.3 * (performance.now() - begin) : performance.now() - begin;
      pages.delete(url);
      pages.set(url, text);
      if (pages.size > KEPT_PAGES) pages.delete(pages.keys().next().value);
    }
    if (own.signal.aborted) return;
    swap(parser.parseFromString(text, "text/html"), url, how, y);
  } catch (error) {
    if (error.name !== "AbortError") tell(error, () => show(href, how, y));
  } finally {
    clearTimeout(late);
    if (running === own) {
      running = null;
      document.documentElement.classList.remove("loading");
      document.getElementById("results")?.removeAttribute("aria-busy");
    }
  }
}

function swap(page, url, how, y) {
  const focus = remembered();
  const open = new Set([...document.querySelectorAll("#filters details[open]")].map((each) => each.dataset.path));
  for (const id of SHOWN) {
    document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
  }
  for (const each of document.querySelectorAll("#filters details[data-path]")) each.open ||= open.has(each.dataset.path);
  // The box is not made large again under the hands of whoever empties it.
  if (how !== "type" || !page.body.classList.contains("home")) document.body.className = page.body.className;
  document.title = page.title;
  trouble.hidden = true;
  if (how !== "type") box.value = page.getElementById("q").value;
  record(url, how);
  if (how === "back" || !panelOpen()) scrollTo(0, y);
  shown = url;
  clearTimeout(sayLater);
  sayLater = setTimeout(() => (said.textContent = document.getElementById("total").textContent), how === "type" ? 700 : 50);
  document.dispatchEvent(new CustomEvent("results"));
  refocus(focus, how);
}

function record(url, how) {
  if (how === "back") return;
  if (how === "type") {
    before ??= { href: location.href, state: history.state };
    history.replaceState({ y: 0 }, "", url);
  } else {
    if (before && before.href !== url) {
      const typed = { href: location.href, state: history.state };
      history.replaceState(before.state, "", before.href);
      // A filter of what was typed: "back" leads to that first.
      if (how === "go") history.pushState(typed.state, "", typed.href);
    }
    before = null;
    if (url === location.href) return;
    // Choices made one after another in the panel are one entry, which "back" leaves at once.
    if (panelOpen()) history.replaceState({ y: 0 }, "", `${url}#filters`);
    else history.pushState({ y: 0 }, "", url);
  }
}

const nameOf = (element) =>
  element.getAttribute("aria-label") ?? (element.querySelector(".label") ?? element).textContent.trim();

function remembered() {
  const element = document.activeElement;
  const part = SHOWN.map((id) => document.getElementById(id)).find((each) => each.contains(element));
  if (!part) return null;
  const place = element.closest("[id]");
  return { id: element.id, place: place.id, name: nameOf(element), tag: element.tagName, inFilters: part.id === "filters" };
}

function refocus(focus, how) {
  if (!focus || how === "type") return;
  const place = document.getElementById(focus.place);
  const same = focus.id
    ? document.getElementById(focus.id)
    : [...(place?.querySelectorAll(focus.tag) ?? [])].find((each) => nameOf(each) === focus.name);
  const target = same ?? document.getElementById(focus.inFilters ? "filters" : "results");
  target.focus({ preventScroll: true });
}

function tell(error, again) {
  const page = error.page;
  const words = page?.querySelector("#results h1")?.textContent ?? (navigator.onLine === false || !page ? trouble.dataset.offline : trouble.dataset.failed);
  const detail = page?.querySelector(".detail")?.textContent;
  trouble.querySelector("p").textContent = detail ? `${words} — ${detail}` : words;
  trouble.hidden = false;
  const button = trouble.querySelector("button");
  button.onclick = () => {
    box.focus();
    again();
  };
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const url = new URL(link.getAttribute("href") ?? link.href.baseVal, location);
  if (link.matches(".done")) {
    event.preventDefault();
    location.replace("#results");
  } else if (isSearch(url) && !url.hash && !link.closest(".site, .back")) {
    event.preventDefault();
    show(url.href, "go");
    if (link.closest(".pages")) document.getElementById("results").focus({ preventScroll: true });
  }
});

document.addEventListener("submit", (event) => {
  if (["box", "range", "without"].includes(event.target.id)) {
    event.preventDefault();
    show(addressOf(event.target, event.submitter?.name ? event.submitter : null), event.target === form ? "submit" : "go");
  }
});

// Sent by the box while one types: what it may search already, and how long to wait for more.
document.addEventListener("typed", () => {
  const href = addressOf(form);
  // The large box of the first page is made small at once: what is shown does not move a second time when the answer is late.
  if (box.value.trim() && document.body.classList.replace("home", "found")) document.getElementById("about").replaceChildren();
  if (href !== shown || running) show(href, "type");
});
document.addEventListener("pace", (event) => (event.detail.ms = Math.min(300, Math.max(0, usual - 80))));

// The list of a facet, found by a part of a name: what the page of all values has, in place.
let finding = null;
let findLater = 0;
document.addEventListener("input", (event) => {
  const field = event.target;
  if (!field.matches?.(".find input[type=search]") || event.isComposing) return;
  clearTimeout(findLater);
  findLater = setTimeout(() => find(field.form, field), 120);
});
document.addEventListener("compositionend", (event) => {
  if (event.target.matches?.(".find input[type=search]")) find(event.target.form, event.target);
});

async function find(from, field) {
  finding?.abort();
  finding = new AbortController();
  const list = from.parentElement.querySelector(".values, #values");
  list.first ??= [...list.childNodes];
  if (!field.value.trim()) return list.replaceChildren(...list.first);
  const address = new URL("values", root);
  address.search = new URLSearchParams(new FormData(from)).toString();
  try {
    const answer = await fetch(address, { signal: finding.signal });
    const found = parser.parseFromString(await answer.text(), "text/html").getElementById("values");
    const none = document.createElement("li");
    none.className = "hint";
    none.textContent = found?.textContent ?? "";
    list.replaceChildren(...(found?.matches("ul") ? found.childNodes : [none]));
  } catch (error) {
    if (error.name !== "AbortError") tell(error, () => find(from, field));
  }
}

addEventListener("popstate", (event) => {
  before = null;
  panel();
  const url = bare(location.href);
  if (url !== shown) show(url, "back", event.state?.y ?? 0);
  else if (event.state) scrollTo(0, event.state.y ?? 0);
});

// While the filters lie over the page, nothing below them can be reached.
function panel() {
  const over = panelOpen() && getComputedStyle(document.getElementById("filters")).position === "fixed";
  for (const part of document.querySelectorAll(".masthead, #results, .foot")) part.inert = over;
}
addEventListener("hashchange", panel);
addEventListener("resize", panel);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panelOpen() && !event.defaultPrevented) location.replace("#results");
});
panel();

history.scrollRestoration = "manual";
if (history.state?.y) scrollTo(0, history.state.y);
let saveLater = 0;
addEventListener(
  "scroll",
  () => {
    clearTimeout(saveLater);
    saveLater = setTimeout(saveScroll, 120);
  },
  { passive: true },
);
pages.set(shown, `<!doctype html>${document.documentElement.outerHTML}`);
