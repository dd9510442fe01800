// Keys of the table, only while it has the focus: one cell is the present one, and the table says which.

let made = 0;

export function keyboard({ table, columns, filtered, toggle, selectAll, choose, search, select, headBox }) {
  const element = table.element;
  element.tabIndex = 0;
  const fields = () => table.getColumns().filter((column) => column.isVisible()).map((column) => column.getField());
  let at = { id: null, field: null }; // id null: the heads
  let marked = null;

  const rowOf = () => (at.id === null ? null : filtered().find((row) => row.getData().__id === at.id) ?? null);
  const mark = () => {
    marked?.classList.remove("at-active");
    marked = null;
    element.removeAttribute("aria-activedescendant");
    if (!at.field || document.activeElement !== element) return;
    const row = rowOf();
    const found = row ? row.getCell(at.field) : at.id === null && table.getColumn(at.field);
    const cell = found && found.getElement();
    if (!cell || !cell.isConnected) return; // scrolled away, or filtered out
    marked = cell;
    marked.id ||= `at-cell-${(made += 1)}`;
    marked.classList.add("at-active");
    element.setAttribute("aria-activedescendant", marked.id);
  };
  const show = async (row) => {
    if (row) await table.scrollToRow(row, "nearest", false).catch(() => {});
    mark();
  };
  const move = (down, across) => {
    const shown = filtered();
    const names = fields();
    const present = at.id === null ? -1 : shown.findIndex((row) => row.getData().__id === at.id);
    const next = Math.max(-1, Math.min(shown.length - 1, present + down));
    at.id = next < 0 ? null : shown[next].getData().__id;
    const from = Math.max(0, names.indexOf(at.field));
    at.field = names[Math.max(0, Math.min(names.length - 1, from + across))];
    return show(shown[next]);
  };
  const start = () => {
    const names = fields();
    const shown = filtered();
    if (!rowOf() && shown.length) at.id = shown[0].getData().__id;
    if (!names.includes(at.field)) at.field = names.find((name) => columns.find((column) => column.name === name)?.kind === "choice") ?? names[0];
    mark();
  };
  const column = () => columns.find((one) => one.name === at.field);
  const act = (typed = "") => {
    const row = rowOf();
    if (row) {
      if (column()?.kind === "choice") choose(row, column(), typed);
      else if (at.field === "__check" && !typed) toggle(row);
      return;
    }
    if (at.field === "__check") headBox.click();
    else if (column()?.sort) {
      const present = table.getSorters().find((one) => one.field === at.field)?.dir;
      if (present === "desc") table.clearSort();
      else table.setSort(at.field, present === "asc" ? "desc" : "asc");
    }
  };

  const scrolled = element.querySelector(".tabulator-tableholder"); // can have the focus too, as whatever scrolls must
  let frame = 0;
  scrolled.addEventListener("scroll", () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  });
  element.addEventListener("focus", start);
  element.addEventListener("blur", mark);
  element.addEventListener("pointerdown", (event) => {
    const cell = event.target.closest(".tabulator-cell");
    const found = cell && filtered().find((row) => row.getElement() === cell.parentElement);
    if (found) at = { id: found.getData().__id, field: cell.getAttribute("tabulator-field") };
  });
  element.addEventListener("keydown", (event) => {
    if (event.target === scrolled && event.key !== "Tab" && event.key !== "Shift") element.focus({ preventScroll: true });
    else if (event.target !== element && event.target.type !== "checkbox") return;
    const whole = event.ctrlKey || event.metaKey;
    const far = 1e9;
    const moves = {
      ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [12, 0], PageUp: [-12, 0],
      Home: whole ? [-far, -far] : [0, -far], End: whole ? [far, far] : [0, far],
    };
    if (event.altKey) return;
    if (moves[event.key]) {
      move(...moves[event.key]);
      if (event.key === "Home" && whole && filtered().length) move(1, 0);
    } else if (whole && event.key.toLowerCase() === "a" && select) selectAll(true);
    else if (whole) return;
    else if (event.key === " ") {
      const row = rowOf();
      if (row) toggle(row, event.shiftKey);
      else act();
    } else if (event.key === "Enter" || event.key === "F2") act();
    else if (event.key === "/") search();
    else if (event.key.length === 1 && rowOf() && column()?.kind === "choice") act(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { refresh: mark };
}
