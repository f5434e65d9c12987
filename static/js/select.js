// Rows that are ticked: the bar that says how many, all of a page, a run of them, all that match. What is ticked outlives
// a list that fetches itself again.
(() => {
  const bar = document.querySelector("[data-selection]");
  if (!bar) return;
  const all = bar.querySelector("[name=all]");
  const query = bar.querySelector("[name=query]");
  const chosen = new Set();
  let last = null;

  const boxes = () => [...document.querySelectorAll("#results [data-select]")];
  const page = () => document.querySelector("#results [data-select-page]");

  // How many match, where that is known.
  const total = () => document.querySelector("#results [data-count]")?.dataset.count ?? "";

  function show() {
    const present = boxes();
    for (const value of chosen) if (!present.some((box) => box.value === value)) chosen.delete(value);
    const ticked = present.filter((box) => (box.checked = all.checked || chosen.has(box.value)));
    const head = page();
    if (head) {
      head.checked = ticked.length > 0 && ticked.length === present.length;
      head.indeterminate = ticked.length > 0 && !head.checked;
    }
    for (const box of present) box.closest("tr").classList.toggle("is-selected", box.checked);
    const count = new Set(ticked.map((box) => box.value)).size;
    const text = bar.dataset[all.checked ? (total() ? "textAllOf" : "textAll") : count === 1 ? "textOne" : "textMany"];
    bar.hidden = !ticked.length;
    bar.querySelector("[data-selection-count]").textContent = text.replace("%n", all.checked ? total() : count);
    const further = bar.querySelector("[data-selection-all]");
    further.textContent = further.dataset[total() ? "textOf" : "text"].replace("%n", total());
    further.hidden = all.checked || !head?.checked || !document.querySelector("#results [rel=next], #results [rel=prev]");
    query.value = location.search;
  }

  function tick(box, isTicked) {
    chosen[isTicked ? "add" : "delete"](box.value);
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-select]");
    if (box) {
      // From “all that match” back to those in sight, without this one.
      if (all.checked) { all.checked = false; for (const other of boxes()) tick(other, true); }
      const present = boxes();
      const [from, to] = [present.findIndex((other) => other.value === last), present.indexOf(box)].sort((a, b) => a - b);
      const run = event.shiftKey && from >= 0 ? present.slice(from, to + 1) : [box];
      for (const other of run) tick(other, box.checked);
      last = box.value;
      show();
    } else if (event.target.closest?.("[data-select-page]")) {
      all.checked = false;
      for (const other of boxes()) tick(other, event.target.checked);
      show();
    } else if (event.target.closest?.("[data-selection-all]")) {
      all.checked = true;
      show();
      bar.querySelector("[type=submit]").focus();
    } else if (event.target.closest?.("[data-selection-clear]")) {
      all.checked = false;
      chosen.clear();
      show();
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    // Other filters match others.
    if (query.value !== location.search) all.checked = false;
    show();
  });
  // A browser's back button brings boxes back as they were.
  window.addEventListener("pageshow", () => {
    for (const box of boxes()) if (box.checked) tick(box, true);
    show();
  });
})();
