// Light or dark before the first paint: what was chosen here, else what the system says.
(() => {
  const root = document.documentElement;
  const stored = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const apply = () => {
    const theme = stored();
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  apply();

  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const next = isDark() ? "light" : "dark";
    try { localStorage.setItem("theme", next); } catch { /* Private windows forget it: the switch still works. */ }
    root.dataset.theme = next;
    document.dispatchEvent(new CustomEvent("busbar:theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new CustomEvent("busbar:theme")));
  addEventListener("storage", (event) => {
    if (event.key !== "theme") return;
    apply();
    document.dispatchEvent(new CustomEvent("busbar:theme"));
  });
})();
