// The frame round a dashboard: language of the address, the page one is on, how many runs go on, light or dark.
(() => {
  const asked = new URLSearchParams(location.search).get("lang");
  const words = JSON.parse(document.getElementById("at-words").textContent);
  const own = words[asked] || words.fr;
  document.documentElement.lang = words[asked] ? asked : "fr";
  document.querySelectorAll("[data-word]").forEach((node) => { node.textContent = own[node.dataset.word] ?? node.textContent; });
  document.querySelectorAll("[data-label]").forEach((node) => node.setAttribute("aria-label", own[node.dataset.label]));
  const here = location.pathname.split("/").pop().replace(".ipynb", "");
  document.title = `${own[here] || own.journal} — atoosync lab`;
  document.querySelectorAll("[data-page]").forEach((link) => {
    if (link.dataset.page === here) link.setAttribute("aria-current", "page");
    if (words[asked]) link.href += `?lang=${asked}`;
  });
  const count = document.querySelector(".nav .count");
  const pages = document.getElementById("rendered_cells");
  const tell = () => {
    const going = Number(pages.querySelector("[data-at-running]")?.dataset.atRunning || 0);
    count.hidden = !going;
    if (going && count.textContent !== `(${going})`) count.textContent = `(${going})`;
  };
  new MutationObserver(tell).observe(pages, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-at-running"] });
  const theme = document.getElementById("theme");
  theme.value = window.atooTheme.chosen();
  theme.addEventListener("change", () => window.atooTheme.choose(theme.value));
})();
