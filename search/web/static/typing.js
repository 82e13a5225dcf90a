// The box: searches as one types, never what an input method is still composing, and completes. A combobox as ARIA has it.

const box = document.getElementById("q");
const form = document.getElementById("box");
const list = document.getElementById("completions");
const root = new URL(document.body.dataset.root, location);
const live = Boolean(document.getElementById("trouble")); // only the page of results shows results as one types
// Letters of any width, and the signs of Zhuyin and of strokes: what an input method has not made Han of yet.
const UNFINISHED = /[A-Za-zＡ-Ｚａ-ｚ\u3105-\u312F\u31A0-\u31EF]/;
const MOST = 5;

let composed = null; // the text an input method is composing, null when it is not
let later = 0;
let asking = null;
let unwanted = false; // whether Esc was pressed before the completions were there
let active = -1;
let asked = box.value;

box.setAttribute("role", "combobox");
box.setAttribute("aria-autocomplete", "list");
box.setAttribute("aria-controls", list.id);
box.setAttribute("aria-expanded", "false");

box.addEventListener("compositionstart", () => (composed = ""));
box.addEventListener("compositionupdate", (event) => (composed = event.data ?? ""));
box.addEventListener("compositionend", () => {
  composed = null;
  typed();
});
box.addEventListener("input", (event) => {
  if (event.isComposing && composed === null) composed = event.data ?? "";
  typed();
});

function typed() {
  clearTimeout(later);
  later = 0;
  if (composed !== null && UNFINISHED.test(composed)) return close();
  if (box.value === asked) return;
  unwanted = false;
  const pace = { ms: 0 };
  document.dispatchEvent(new CustomEvent("pace", { detail: pace }));
  later = setTimeout(() => {
    later = 0;
    asked = box.value;
    if (live) document.dispatchEvent(new CustomEvent("typed"));
    if (!unwanted) complete();
  }, pace.ms);
}

async function complete() {
  asking?.abort();
  mark(-1);
  const text = box.value.trim();
  if (!text) return close();
  const own = (asking = new AbortController());
  const address = new URL("api/v1/suggest", root);
  address.search = new URLSearchParams({ q: text, limit: MOST + 1 });
  try {
    const answer = await fetch(address, { signal: own.signal });
    if (!answer.ok) return close();
    const { suggestions } = await answer.json();
    const others = suggestions.filter((each) => each.text !== text).slice(0, MOST);
    // What comes late does not take the list away from under the hand of whoever has begun to choose.
    if (!own.signal.aborted && active < 0 && document.activeElement === box && box.value.trim() === text) open(others);
  } catch (error) {
    // Completions only help: without them one types on, and the results say what is wrong.
    if (error.name !== "AbortError") close();
  } finally {
    if (asking === own) asking = null;
  }
}

function open(suggestions) {
  if (!suggestions.length) return close();
  list.replaceChildren(
    ...suggestions.map(({ text, count }, at) => {
      const option = document.createElement("li");
      option.id = `completion-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.lang = "zh";
      const number = document.createElement("span");
      number.className = "count";
      number.textContent = count.toLocaleString("en");
      option.append(text, number);
      option.dataset.text = text;
      return option;
    }),
  );
  active = -1;
  box.removeAttribute("aria-activedescendant");
  list.hidden = false;
  box.setAttribute("aria-expanded", "true");
}

function close() {
  asking?.abort();
  asking = null;
  list.hidden = true;
  active = -1;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function mark(at) {
  const options = list.children;
  options[active]?.setAttribute("aria-selected", "false");
  active = at;
  const option = options[active];
  option?.setAttribute("aria-selected", "true");
  if (option) box.setAttribute("aria-activedescendant", option.id);
  else box.removeAttribute("aria-activedescendant");
}

function choose(option) {
  box.value = option.dataset.text;
  form.requestSubmit();
}

box.addEventListener("keydown", (event) => {
  // Keys that the input method takes: Safari says 229 after the composition has ended, too.
  if (event.isComposing || event.keyCode === 229) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !event.altKey && !list.hidden) {
    event.preventDefault();
    const places = list.children.length + 1; // the box itself is one
    mark(((active + 1 + step + places) % places) - 1);
  } else if (event.key === "ArrowDown" && list.hidden) {
    const first = document.querySelector(".hits h2 a");
    if (first && !event.altKey) {
      event.preventDefault();
      first.focus();
    }
  } else if (event.key === "Enter" && active >= 0) {
    event.preventDefault();
    choose(list.children[active]);
  } else if (event.key === "Escape" && (!list.hidden || asking || later)) {
    // Else browsers empty the box, which nobody wants who is a moment too early.
    event.preventDefault();
    unwanted = true;
    close();
  }
});
form.addEventListener("submit", () => {
  clearTimeout(later);
  later = 0;
  asked = box.value;
  close();
});
list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
list.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) choose(option);
});
box.addEventListener("blur", close);
document.addEventListener("results", () => (asked = box.value));
