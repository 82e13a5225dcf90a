// The chart of coverage as a brush: drag over the bars, or move the two handles with the keys. It fills in the form of dates and
// sends it, as one does without it; a bar stays a link.

const WIDTH = 240;
const MARGIN = 24;
const HEIGHT = 56;
const SETTLE_MS = 600;
const NS = "http://www.w3.org/2000/svg";

function enhance() {
  const svg = document.getElementById("coverage");
  if (!svg || svg.dataset.ready) return;
  svg.dataset.ready = "1";
  const { unit, first, from, to } = svg.dataset;
  const size = Number(svg.dataset.size);
  const step = (WIDTH - 2 * MARGIN) / size;
  const range = document.getElementById("range");
  const readout = document.getElementById("readout");
  const whole = readout.textContent;
  const bars = new Map();
  for (const bar of svg.querySelectorAll("a:not(.tick)")) {
    bar.setAttribute("tabindex", "-1"); // sixty stops of the Tab key; the handles are two
    bar.setAttribute("aria-hidden", "true");
    bars.set(Math.round((bar.querySelector("rect").x.baseVal.value - MARGIN) / step), bar.querySelector("title").textContent);
  }
  const chosen = svg.dataset.chosen?.split(",").map(Number);
  const now = chosen && chosen[0] <= chosen[1] ? chosen : [0, size - 1];
  let [low, high] = now;
  let settle = 0;
  let start = null;

  const label = (at) => {
    if (unit === "year") return String(Number(first) + at);
    const month = Number(first.slice(0, 4)) * 12 + Number(first.slice(5)) - 1 + at;
    return `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
  };
  const band = svg.insertBefore(document.createElementNS(NS, "rect"), svg.firstChild);
  band.setAttribute("class", "band");
  band.setAttribute("height", HEIGHT);
  const handles = [from, to].map((name, side) => {
    const handle = document.createElementNS(NS, "g");
    handle.id = side ? "brush-to" : "brush-from";
    for (const [attribute, value] of Object.entries({
      class: "handle", role: "slider", tabindex: "0", "aria-label": name, "aria-valuemin": "0", "aria-valuemax": String(size - 1),
      "aria-orientation": "horizontal",
    })) handle.setAttribute(attribute, value);
    const hit = document.createElementNS(NS, "rect");
    const grip = document.createElementNS(NS, "path");
    hit.setAttribute("width", 24);
    hit.setAttribute("height", 24);
    hit.setAttribute("y", 16);
    grip.setAttribute("d", side ? "M0 0v56M0 19h5a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3h-5z" : "M24 0v56M24 19h-5a3 3 0 0 0-3 3v12a3 3 0 0 0 3 3h5z");
    handle.append(hit, grip);
    svg.append(handle);
    handle.addEventListener("keydown", (event) => {
      const at = side ? high : low;
      const year = unit === "year" ? 5 : 12;
      const moved = {
        ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, PageDown: at - year, PageUp: at + year, Home: 0, End: size - 1,
      }[event.key];
      if (event.key === "Enter") return commit();
      if (event.key === "Escape") return draw(...now);
      if (moved === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      if (side) draw(low, Math.max(low, Math.min(size - 1, moved)));
      else draw(Math.min(high, Math.max(0, moved)), high);
      clearTimeout(settle);
      settle = setTimeout(commit, SETTLE_MS);
    });
    return handle;
  });

  function draw(newLow, newHigh) {
    clearTimeout(settle);
    [low, high] = [newLow, newHigh];
    const left = MARGIN + low * step;
    const right = MARGIN + (high + 1) * step;
    if (low > 0 || high < size - 1) svg.dataset.chosen = `${low},${high}`;
    band.setAttribute("x", left);
    band.setAttribute("width", right - left);
    handles[0].setAttribute("transform", `translate(${left - 24} 0)`);
    handles[1].setAttribute("transform", `translate(${right} 0)`);
    [low, high].forEach((at, side) => {
      handles[side].setAttribute("aria-valuenow", at);
      handles[side].setAttribute("aria-valuetext", label(at));
    });
    readout.textContent = low === high ? (bars.get(low) ?? label(low)) : `${label(low)} – ${label(high)}`;
  }

  function commit() {
    clearTimeout(settle);
    if (low === now[0] && high === now[1]) return;
    const all = low === 0 && high === size - 1 && !svg.dataset.part;
    range.elements.from.value = all ? "" : label(low);
    range.elements.to.value = all ? "" : label(high);
    range.requestSubmit();
  }

  const place = (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.width) * WIDTH;
    return { at: Math.max(0, Math.min(size - 1, Math.floor((x - MARGIN) / step))), over: y <= HEIGHT };
  };
  svg.addEventListener("pointerdown", (event) => {
    const { at, over } = place(event);
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || !over) return;
    const handle = handles.indexOf(event.target.closest(".handle"));
    start = handle < 0 ? { at, moved: false } : { at: handle ? low : high, moved: true };
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    const { at, over } = place(event);
    if (start) {
      start.moved ||= at !== start.at;
      if (start.moved) draw(Math.min(at, start.at), Math.max(at, start.at));
    } else if (event.pointerType === "mouse") readout.textContent = over ? (bars.get(at) ?? label(at)) : whole;
  });
  svg.addEventListener("pointerleave", () => start || draw(low, high));
  svg.addEventListener("pointerup", (event) => {
    if (!start) return;
    const { moved, at } = start;
    start = null;
    if (!moved) draw(at, at);
    commit();
    event.preventDefault();
  });
  svg.addEventListener("pointercancel", () => {
    start = null;
    draw(...now);
  });
  // The pointer has already chosen; a click of a modified or middle button opens the link as ever.
  svg.addEventListener("click", (event) => {
    if (!event.target.closest(".tick") && !event.ctrlKey && !event.metaKey && !event.shiftKey) event.preventDefault();
  }, true);
  draw(low, high);
  svg.classList.add("live");
}

document.addEventListener("results", enhance);
enhance();
