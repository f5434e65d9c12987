// Dialogs, toasts, tidy filter addresses, times that stay current.
(() => {
  const dialog = document.getElementById("dialog");

  // --- Dialogs: a link with data-dialog fetches its form into the one dialog of the page.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "dialog-body" || !dialog) return;
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus], .dialog-body input:not([type=hidden]), .dialog-body select")?.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    // A click on the backdrop is a click on the dialog itself.
    else if (event.target === dialog) dialog.close();
    const menu = event.target.closest("[popover] a, [popover] button");
    if (menu) menu.closest("[popover]").hidePopover();
  });
  document.addEventListener("busbar:done", (event) => {
    dialog?.close();
    toast(event.detail.message);
  });

  // --- Tabs: where they do not all fit, the current one is in sight.
  for (const tab of document.querySelectorAll(".tabs [aria-current], .subtabs [aria-current]"))
    tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

  // --- Side bar: where it does not all fit, the current page is in sight.
  // Not scrollIntoView: that scrolls the page beside it as well.
  const entry = document.querySelector(".side [aria-current]"), side = entry?.closest(".side");
  if (entry) side.scrollTop = entry.offsetTop + entry.offsetHeight + 16 - side.clientHeight;

  // --- Toasts.
  const toasts = document.getElementById("toasts");
  const template = document.getElementById("toast");
  function toast(text, isTrouble = false) {
    if ([...toasts.querySelectorAll("p")].some((shown) => shown.textContent === text)) return;
    const node = template.content.querySelector(isTrouble ? ".is-trouble" : ".toast").cloneNode(true);
    node.querySelector("p").textContent = text;
    // A modal dialog covers the page: news then belongs above it, and the dialog has just closed.
    toasts.append(node);
    setTimeout(() => node.remove(), 8000);
  }
  document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast").remove());
  for (const failure of ["htmx:responseError", "htmx:sendError"])
    document.addEventListener(failure, (event) => {
      event.target.querySelector?.(":scope > .skeleton")?.remove();
      const texts = document.body.dataset;
      toast(event.detail.xhr.status === 401 ? texts.textSignedOut : texts.textFailed, true);
    });

  // --- Copying; without a secure context a browser has no clipboard.
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    toast(document.body.dataset.textCopied);
  });

  // --- Printing.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // --- Filters: what is not set does not stand in the address.
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt.closest?.("form[data-filter]");
    if (!form) return;
    const data = event.detail.formData;
    for (const [name, value] of [...data.entries()]) if (!value) data.delete(name);
    const columns = data.getAll("columns").join(",");
    data.delete("columns");
    if (columns && columns !== form.dataset.usualColumns) data.set("columns", columns);
  });
  const mark = (form) => {
    for (const control of form.querySelectorAll("select, input:not([type=checkbox], [type=search])"))
      control.classList.toggle("is-set", Boolean(control.value));
    form.querySelector("[popovertarget=further-filters]")
      ?.classList.toggle("is-set", Boolean(form.querySelector("#further-filters .is-set")));
  };
  for (const form of document.querySelectorAll("form[data-filter]")) {
    mark(form);
    form.addEventListener("input", () => mark(form));
  }
  // --- Times.
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short" });
  const justNow = document.body.dataset.textNow;
  function say(seconds) {
    if (seconds < 45) return justNow;
    if (seconds < 3600) return relative.format(-Math.max(1, Math.round(seconds / 60)), "minute");
    if (seconds < 129600) return relative.format(-Math.round(seconds / 3600), "hour");
    return relative.format(-Math.round(seconds / 86400), "day");
  }
  function refreshTimes() {
    for (const node of document.querySelectorAll("time[data-ago]")) {
      const text = say((Date.now() - Date.parse(node.dateTime)) / 1000);
      if (node.textContent !== text) node.textContent = text;
    }
  }
  refreshTimes();
  setInterval(refreshTimes, 15000);
  document.addEventListener("htmx:afterSettle", refreshTimes);

  // --- Live fragments are morphed: what a person has opened stays open.
  if (window.Idiomorph) {
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
      !(name === "open" && node.matches("details, dialog"));
    // What a script has drawn is the script's; a slot fetches itself.
    Idiomorph.defaults.callbacks.beforeNodeMorphed = (node) => !node.matches?.("[data-map], [data-chart], [data-kept], .slot");
  }
})();
