// From match to match in an article, with two buttons or the keys n and p, and back to where the reader was among the results.

const bar = document.getElementById("marks");
const marks = [...document.querySelectorAll("article mark")];
const single = document.getElementById("single-keys");

// The search one came from is the entry before this one where the browser can tell: going back keeps its place.
document.querySelector(".back a").addEventListener("click", (event) => {
  const now = window.navigation?.currentEntry.index;
  const plain = !(event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!now || !plain || navigation.entries()[now - 1]?.url !== event.currentTarget.href) return;
  event.preventDefault();
  history.back();
});

if (bar && marks.length) {
  const count = document.getElementById("mark-count");
  const buttons = { next: document.getElementById("mark-next"), previous: document.getElementById("mark-previous") };
  let at = -1;
  const go = (step) => {
    marks[at]?.classList.remove("now");
    at = at < 0 && step < 0 ? marks.length - 1 : (at + step + marks.length) % marks.length;
    marks[at].classList.add("now");
    marks[at].scrollIntoView({ block: "center" });
    count.textContent = `${at + 1} / ${marks.length}`;
  };
  bar.querySelector("a").hidden = true;
  count.setAttribute("role", "status");
  buttons.next.hidden = buttons.previous.hidden = false;
  buttons.next.addEventListener("click", () => go(1));
  buttons.previous.addEventListener("click", () => go(-1));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !single.checked) return;
    if (event.target.matches?.("input, textarea, select")) return;
    const step = { n: 1, p: -1 }[event.key];
    if (step) go(step);
  });
}
