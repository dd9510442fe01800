// The one table of the pages: Tabulator holds rows and order, everything a person does is here.
import { FormatModule, FilterModule, InteractionModule, ResizeTableModule, SortModule, Tabulator } from "tabulator-tables";
import { formatter, sorter, textOf } from "./cells.js";
import { keyboard } from "./keyboard.js";
import { openPicker, plain } from "./picker.js";

Tabulator.registerModule([FormatModule, FilterModule, InteractionModule, ResizeTableModule, SortModule]);

const NARROW = 860;
const LEAST = { num: 84, pill: 120, choice: 210, strong: 130, text: 110, mono: 110, note: 110 };
const read = (view) => JSON.parse(new TextDecoder().decode(view) || "[]");

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "at at-grid";
  root.dataset.lmSuppressShortcuts = "true";
  const holder = document.createElement("div");
  const spoken = document.createElement("div");
  spoken.className = "at-hidden";
  spoken.setAttribute("aria-live", "polite");
  const notice = document.createElement("div");
  notice.setAttribute("role", "alert");
  root.append(notice, holder, spoken);
  el.append(root);

  const columns = model.get("columns");
  const lists = new Map();
  const state = {
    texts: model.get("texts"),
    icons: model.get("icons"),
    errors: model.get("errors"),
    filters: {},
    selected: new Set(model.get("selected")),
    changes: model.get("changes"),
    known(name) {
      if (!lists.has(name)) lists.set(name, new Map((model.get("choices")[name]?.choices ?? []).map((choice) => [choice.value, choice])));
      return lists.get(name);
    },
  };
  let rows = [];
  let originals = new Map(); // row -> what its choices said when the rows came
  let table = null;
  let nothing = null; // where the table says that there is nothing to show
  let closePicker = null;
  let ready = 0;
  let searchText = new Map(); // row -> what the search looks through

  const load = () => {
    rows = read(model.get("rows"));
    const overlay = model.get("overlay");
    const edited = columns.filter((column) => column.kind === "choice").map((column) => column.name);
    originals = new Map(rows.map((row) => [row.__id, Object.fromEntries(edited.map((name) => [name, row[name] ?? ""]))]));
    for (const row of rows) Object.assign(row, overlay[row.__id]);
    searchText = new Map();
  };
  // What a person does is told in messages, counted: what comes back for an earlier one is old news.
  let sent = model.get("heard");
  const tell = (what, value) => {
    sent += 1;
    model.send({ do: what, value });
  };
  const old = () => model.get("heard") < sent;
  const byId = (id) => table?.getRow(id) || null;
  const filtered = () => (table ? table.getRows("active") : []);

  const passes = (row) => {
    for (const [name, wanted] of Object.entries(state.filters)) {
      const text = textOf(columns.find((column) => column.name === name), row, state);
      if (wanted.exact ? text !== wanted.text : !plain(text).includes(plain(wanted.text))) return false;
    }
    const words = plain(model.get("query")).split(/\s+/).filter(Boolean);
    if (!words.length) return true;
    if (!searchText.has(row.__id)) searchText.set(row.__id, plain(columns.map((column) => textOf(column, row, state)).join(" ")));
    const text = searchText.get(row.__id);
    return words.every((word) => text.includes(word));
  };
  const refilter = () => {
    if (!table) return;
    const open = model.get("query").trim() || Object.keys(state.filters).length;
    if (open) table.setFilter(passes);
    else table.clearFilter();
    if (nothing) nothing.textContent = open && rows.length ? state.texts.no_match : model.get("empty");
    keys?.refresh();
    const count = filtered().length;
    spoken.textContent = state.texts.matched.replace("{count}", count.toLocaleString(state.texts.language)).replace("{total}", rows.length.toLocaleString(state.texts.language));
    markHead();
    done();
  };

  // -- selection: a set of ids; the head's box says all, some or none of what is filtered
  const headBox = document.createElement("input");
  headBox.type = "checkbox";
  headBox.tabIndex = -1;
  headBox.setAttribute("aria-label", state.texts.check_all);
  const markRow = (row) => {
    const on = state.selected.has(row.getData().__id);
    const element = row.getElement();
    element.classList.toggle("sel", on);
    if (model.get("select")) element.setAttribute("aria-selected", String(on));
    const box = element.querySelector("input.at-check");
    if (box) box.checked = on;
  };
  function markHead() {
    const shown = filtered();
    const count = shown.filter((row) => state.selected.has(row.getData().__id)).length;
    headBox.checked = count > 0 && count === shown.length;
    headBox.indeterminate = count > 0 && count < shown.length;
  }
  const tellSelected = () => {
    filtered().forEach(markRow);
    markHead();
    tell("selected", [...state.selected]);
  };
  const selectAll = (on) => {
    for (const row of filtered()) state.selected[on ? "add" : "delete"](row.getData().__id);
    tellSelected();
  };
  let lastChecked = null;
  const toggle = (row, range = false) => {
    if (!model.get("select")) return;
    const id = row.getData().__id;
    const on = !state.selected.has(id);
    const shown = filtered();
    const [from, to] = [shown.findIndex((one) => one.getData().__id === lastChecked), shown.findIndex((one) => one.getData().__id === id)];
    const touched = range && from >= 0 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1) : [row];
    for (const one of touched) state.selected[on ? "add" : "delete"](one.getData().__id);
    lastChecked = id;
    tellSelected();
  };

  // -- editing a choice
  const choose = (row, column, typed = "") => {
    closePicker?.();
    const cell = row.getCell(column.name);
    const anchor = cell.getElement().querySelector(".at-choice");
    const list = model.get("choices")[column.choices] ?? { choices: [] };
    const data = row.getData();
    closePicker = openPicker({
      anchor, host: root, typed, icons: state.icons, texts: state.texts,
      choices: list.choices, value: data[column.name] ?? "", first: data[`${column.name}__first`] ?? [], why: data[`${column.name}__why`],
      label: `${column.title}, ${nameOf(data)}`, action: list.action,
      chosen: (value) => set(data.__id, column.name, value),
      acted: () => tell("action", column.choices),
      closed: () => { closePicker = null; table.element.focus({ preventScroll: true }); },
    });
  };
  const set = (id, name, value) => {
    const all = structuredClone(state.changes);
    const own = { ...all[id], [name]: value };
    if (originals.get(id)?.[name] === value) delete own[name];
    if (Object.keys(own).length) all[id] = own;
    else delete all[id];
    state.changes = all;
    update({ [id]: { [name]: value } });
    tell("changes", all);
  };
  const update = (patch) => {
    for (const [id, values] of Object.entries(patch)) {
      const row = byId(id);
      if (!row) continue;
      row.update(values);
      searchText.delete(id);
      row.reformat();
      markRow(row);
    }
  };
  const named = columns.find((column) => column.kind === "strong") ?? columns[0];
  const nameOf = (data) => textOf(named, data, state);

  // -- heads
  const title = (column) => () => {
    const head = document.createElement("div");
    const word = document.createElement("span");
    word.textContent = column.title;
    word.className = "at-head";
    head.append(word);
    if (!model.get("filters")) return head;
    if (!column.filter) return head;
    const kinds = new Set(rows.map((row) => textOf(column, row, state)));
    const listed = column.kind === "pill" || column.kind === "choice" || column.filter === "list";
    const control = document.createElement(listed ? "select" : "input");
    control.className = "input input-s at-filter";
    control.setAttribute("aria-label", state.texts.filter.replace("{name}", column.title));
    if (listed) control.append(new Option(state.texts.all, ""), ...[...kinds].filter(Boolean).sort().map((kind) => new Option(kind, kind)));
    ["click", "mousedown", "keydown", "keyup"].forEach((name) => control.addEventListener(name, (event) => event.stopPropagation()));
    control.addEventListener("input", () => {
      if (control.value) state.filters[column.name] = { text: control.value, exact: listed };
      else delete state.filters[column.name];
      refilter();
    });
    head.append(control);
    return head;
  };

  const build = () => {
    load();
    const wide = columns.map((column) => ({
      title: column.title, field: column.name, titleFormatter: title(column), formatter: formatter(column, state),
      sorter: sorter(column, state), headerSort: column.sort, hozAlign: column.kind === "num" ? "right" : "left",
      ...(column.width ? { width: column.width } : {}), minWidth: column.width ? 40 : LEAST[column.kind], // Tabulator takes undefined for a width
      widthGrow: { choice: 2, strong: 2, num: 1 }[column.kind] ?? 1.4,
      headerSortTristate: true, cssClass: `at-k-${column.kind}`,
      cellClick: column.kind === "choice" ? (event, cell) => choose(cell.getRow(), column) : undefined,
    }));
    if (model.get("select")) {
      wide.unshift({
        field: "__check", title: "", width: 52, headerSort: false, cssClass: "at-checks", minWidth: 40,
        titleFormatter: () => headBox,
        formatter: (cell) => {
          const box = document.createElement("input");
          box.type = "checkbox";
          box.className = "at-check";
          box.tabIndex = -1;
          box.checked = state.selected.has(cell.getData().__id);
          box.setAttribute("aria-label", state.texts.check.replace("{name}", nameOf(cell.getData())));
          return box;
        },
        cellClick: (event, cell) => {
          event.preventDefault();
          const range = event.shiftKey;
          setTimeout(() => toggle(cell.getRow(), range)); // after the browser has undone its own check
        },
      });
    }
    const empty = document.createElement("div");
    empty.className = "at-empty";
    empty.setAttribute("role", "row");
    nothing = empty.appendChild(Object.assign(document.createElement("div"), { role: "gridcell" }));
    table = new Tabulator(holder, {
      data: rows, columns: wide, index: "__id", layout: "fitColumns", columnHeaderSortMulti: false,
      placeholder: empty, maxHeight: model.get("height") || 620, renderVerticalBuffer: 400,
      headerSortElement: (column, direction) => `<span class="at-sort at-sort-${direction === "asc" || direction === "desc" ? direction : "none"}"></span>`,
      rowFormatter: markRow, sortMode: "local",
    });
    table.on("tableBuilt", () => {
      table.element.setAttribute("aria-label", model.get("label"));
      table.element.setAttribute("aria-multiselectable", String(model.get("select")));
      // roles that a reader of grids understands: heads and body are its only groups
      table.element.removeAttribute("aria-owns");
      table.element.querySelector(".tabulator-header-contents").setAttribute("role", "presentation");
      const scrolled = table.element.querySelector(".tabulator-tableholder");
      scrolled.setAttribute("role", "rowgroup");
      scrolled.querySelector(".tabulator-table").removeAttribute("role");
      scrolled.tabIndex = 0;
      fit();
      keys = keyboard({ table, columns, filtered, toggle, selectAll, choose, search, select: model.get("select"), headBox });
      refilter();
    });
  };
  let keys = null;
  const done = () => {
    ready += 1;
    root.dataset.ready = String(ready);
    root.dataset.rows = String(filtered().length);
  };
  const search = () => (root.closest(".at-stack")?.querySelector("input.search") ?? root.querySelector(".at-filter"))?.focus();
  let narrow = null;
  const fit = () => {
    const now = root.clientWidth < NARROW;
    if (!table || now === narrow || !root.clientWidth) return;
    narrow = now;
    for (const column of columns) if (column.optional) table[now ? "hideColumn" : "showColumn"](column.name);
    table.redraw();
  };
  headBox.addEventListener("click", () => setTimeout(() => selectAll(headBox.checked)));

  const seen = new ResizeObserver(() => {
    if (!table && root.clientWidth) build();
    else if (table?.initialized) fit();
  });
  seen.observe(root);

  const whenBuilt = (then) => () => { if (table?.initialized) then(); };
  let shownOverlay = {};
  const watched = {
    "change:rows": whenBuilt(async () => {
      closePicker?.();
      load();
      shownOverlay = {};
      await table.replaceData(rows);
      keys?.refresh();
      refilter();
    }),
    "change:overlay": whenBuilt(() => {
      const now = model.get("overlay");
      const fresh = Object.fromEntries(Object.entries(now).filter(([id, values]) => JSON.stringify(values) !== JSON.stringify(shownOverlay[id])));
      shownOverlay = now;
      update(fresh);
      if (Object.keys(state.filters).length || model.get("query")) refilter();
      done();
    }),
    "change:choices": whenBuilt(() => { lists.clear(); searchText = new Map(); table.getRows().forEach((row) => row.reformat()); done(); }),
    "change:icons": () => { state.icons = model.get("icons"); },
    "change:errors": whenBuilt(() => {
      const ids = new Set([...Object.keys(state.errors), ...Object.keys(model.get("errors"))]);
      state.errors = model.get("errors");
      ids.forEach((id) => { const row = byId(id); if (row) { row.reformat(); row.normalizeHeight(); } });
      done();
    }),
    "change:notice": () => { notice.innerHTML = model.get("notice"); },
    "change:query": refilter,
    "change:changes": () => { if (!old()) state.changes = model.get("changes"); },
    "change:selected": whenBuilt(() => {
      if (old()) return;
      state.selected = new Set(model.get("selected"));
      table.getRows().forEach(markRow);
      markHead();
      done();
    }),
  };
  Object.entries(watched).forEach(([name, then]) => model.on(name, then));
  return () => {
    Object.entries(watched).forEach(([name, then]) => model.off(name, then));
    seen.disconnect();
    closePicker?.();
    table?.destroy();
  };
}

export default { render };
