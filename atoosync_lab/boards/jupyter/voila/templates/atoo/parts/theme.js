// Light or dark: as the device says, or as the reader chose here. Before the first paint, so that nothing flashes.
(() => {
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem("atoo-theme") || "auto"; } catch { return "auto"; }
  };
  const apply = () => {
    const theme = chosen();
    const dark = theme === "dark" || (theme === "auto" && device.matches);
    document.documentElement.dataset.atTheme = dark ? "dark" : "light";
    const light = String(!dark);
    if (document.body && document.body.dataset.jpThemeLight !== light) document.body.dataset.jpThemeLight = light;
  };
  window.atooTheme = {
    chosen,
    apply,
    choose(theme) {
      try { localStorage.setItem("atoo-theme", theme); } catch { /* a private window keeps no choice */ }
      apply();
    },
  };
  device.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    // The theme of the widgets' loader arrives later and says "light" again.
    new MutationObserver(apply).observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  });
  apply();
})();
