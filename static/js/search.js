// Search everywhere: a dialog that "/" and Ctrl or Cmd with K open from every page. A combobox with its list of options
// (ARIA APG): the keyboard stays in the field, aria-activedescendant says which option Enter takes.
(() => {
  const dialog = document.getElementById("search");
  if (!dialog) return;
  const field = document.getElementById("search-text");
  const results = document.getElementById("search-results");
  const told = document.getElementById("search-told");
  const slash = document.getElementById("search-slash");
  const hint = document.getElementById("search-list-hint");
  const RECENT = `recent ${dialog.dataset.user}`;
  const MOST = 6;
  let takes = false;

  const stored = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const store = (name, value) => { try { localStorage.setItem(name, value); } catch { /* Then not. */ } };
  const options = () => [...results.querySelectorAll("[role=option]")];
  const active = () => results.querySelector("[aria-selected=true]");
  const asked = () => field.value.trim().replace(/\s+/g, " ");
  // A list has a search of its own.
  const ofList = () => document.querySelector("main form[data-filter] input[type=search]");

  // --- Opening. One key alone can be in the way of those who speak to their computer: it can be switched off.
  slash.checked = stored("slash") !== "off";
  slash.addEventListener("change", () => store("slash", slash.checked ? "on" : "off"));

  function open() {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    hint.hidden = !ofList();
    dialog.showModal();
    field.select();
    if (!field.value) recall();
    else htmx.trigger(field, "search-again");
  }

  document.addEventListener("keydown", (event) => {
    const isShortcut = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping && slash.checked;
    if (!isShortcut && !isSlash) return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-search-open]");
    if (opener && !event.ctrlKey && !event.metaKey) { event.preventDefault(); open(); }
    if (event.target === dialog) dialog.close();
  });

  // --- Choosing.
  function activate(option) {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-expanded", String(options().length > 0));
  }

  function move(step) {
    const all = options();
    if (all.length) activate(all[(all.indexOf(active()) + step + all.length) % all.length]);
  }

  const isCurrent = () => (results.firstElementChild?.dataset.query ?? "") === asked();

  function take() {
    // Who types and presses Enter at once means what is not there yet.
    takes = !isCurrent();
    if (!takes) active()?.click();
  }

  field.addEventListener("keydown", (event) => {
    const list = event.key === "/" && !field.value && ofList();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!list && !step && event.key !== "Enter") return;
    event.preventDefault();
    if (step) move(step);
    else if (event.key === "Enter") take();
    else { dialog.close(); list.focus(); list.select(); }
  });
  field.addEventListener("input", () => { takes = false; if (!asked()) recall(); });
  results.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    if (option.dataset.recent) remember(option);
    // Its form opens in the other dialog, or another page comes.
    dialog.close();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    // An answer to what is no longer asked.
    if (event.detail.target === results && !asked()) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== results) return;
    activate(options()[0]);
    told.textContent = results.firstElementChild?.dataset.told ?? "";
  });
  // Only now an option that opens a dialog knows that it does.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === results && takes && isCurrent()) take();
  });

  // --- What was opened lately, in this browser only: stations and sites, no people and no cards.
  function known() {
    try { return JSON.parse(stored(RECENT)) ?? []; } catch { return []; }
  }

  function remember(option) {
    const item = { url: option.getAttribute("href"), label: option.dataset.recent, icon: option.dataset.icon };
    store(RECENT, JSON.stringify([item, ...known().filter((one) => one.url !== item.url)].slice(0, MOST)));
  }

  function recall() {
    const list = document.createElement("div");
    list.dataset.query = "";
    const items = known();
    if (items.length) {
      const box = element("div", { role: "listbox", id: "search-options", "aria-label": dialog.dataset.textResults });
      const group = element("div", { role: "group", "aria-labelledby": "search-recent" });
      const heading = element("p", { class: "search-group", id: "search-recent", role: "presentation" });
      heading.textContent = dialog.dataset.textRecent;
      group.append(heading, ...items.map(recent));
      box.append(group);
      list.append(box);
    }
    results.replaceChildren(list);
    told.textContent = "";
    activate(options()[0]);
  }

  function recent({ url, label, icon }, place) {
    const option = element("a", {
      class: "hit", role: "option", "aria-selected": "false", tabindex: "-1", id: `search-recent-${place}`, href: url, "data-recent": label, "data-icon": icon,
    });
    const sign = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    sign.setAttribute("class", "icon");
    sign.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${dialog.dataset.icons}#${icon}`);
    sign.append(use);
    const text = element("span", { class: "hit-text hit-label" });
    text.textContent = label;
    option.append(sign, text);
    return option;
  }

  function element(name, attributes) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // The next one at this computer need not know.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]")) return;
    try { localStorage.removeItem(RECENT); } catch { /* There was none. */ }
  });
})();
