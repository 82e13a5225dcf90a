// The keys: "/" to the box, arrows or j and k from hit to hit, "?" for the list of them. Keys that are a single sign can be turned off.

const box = document.getElementById("q");
const dialog = document.getElementById("keys");
const button = document.getElementById("show-keys");
const single = document.getElementById("single-keys");
const KEPT = "article-search-single-keys";

// A browser may forbid to keep anything; then the choice holds for this page.
function kept(value) {
  try {
    return value === undefined ? localStorage.getItem(KEPT) : localStorage.setItem(KEPT, value);
  } catch {
    return null;
  }
}

single.checked = kept() !== "off";
single.addEventListener("change", () => kept(single.checked ? "on" : "off"));
button.hidden = false;
button.addEventListener("click", () => dialog.showModal());
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

function walk(step) {
  const hits = [...document.querySelectorAll(".hits h2 a")];
  const now = document.activeElement;
  const at = hits.findIndex((hit) => hit.closest("li").contains(now));
  if (at === 0 && step < 0) return box.focus();
  const next = hits[at < 0 ? (step > 0 ? 0 : hits.length - 1) : Math.min(hits.length - 1, at + step)];
  next?.focus();
  next?.closest("li").scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || dialog.open) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const element = event.target;
  if (element.matches?.("input, textarea, select, [contenteditable], [role=slider]") && element.type !== "checkbox") return;
  const inHits = element.closest?.(".hits");
  const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const letter = single.checked ? { j: 1, k: -1 }[event.key] : undefined;
  if (arrow && inHits) walk(arrow);
  else if (letter && document.querySelector(".hits")) walk(letter);
  else if (event.key === "/" && single.checked) {
    box.focus();
    box.select();
  } else if (event.key === "?" && single.checked) dialog.showModal();
  else return;
  event.preventDefault();
});
