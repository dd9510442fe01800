// What stands in a cell. Everything foreign goes in as text, never as HTML; icons are those that Python drew.
import { icon } from "./picker.js";

const make = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

/** A number as the reader writes it; a text is already as it should be. */
const shown = (value, language) => {
  if (value === null || value === undefined) return "";
  return typeof value === "number" ? value.toLocaleString(language) : String(value);
};

export function pill(value, icons) {
  const [look, shape, ...word] = String(value ?? "").split("|");
  if (!word.length) return make("span", "cut", value ?? "");
  const node = make("span", `pill ${look.replace(/[^a-z0-9 -]/g, "")}`);
  node.append(icon(icons, shape), word.join("|"));
  return node;
}

export function choiceBox(value, known, column, bad, icons) {
  const box = make("span", `input input-s at-choice${bad ? " bad" : ""}`);
  const choice = known.get(value ?? "");
  const text = make("span", choice && value ? "" : "ph", value ? choice?.label ?? value : column.placeholder || choice?.label || "");
  if (!choice && value) text.className = "fg-block"; // the list no longer knows it
  box.append(text, icon(icons, "down"));
  return box;
}

/** Formatter of a column for Tabulator. */
export function formatter(column, state) {
  return (cell) => {
    const row = cell.getData();
    const value = row[column.name];
    const { icons, texts } = state;
    let node;
    if (column.kind === "pill") node = pill(value, icons);
    else if (column.kind === "choice") {
      const error = state.errors[row.__id];
      node = choiceBox(value, state.known(column.choices), column, Boolean(error) || (!value && row[`${column.name}__missing`]), icons);
      if (error) {
        const holder = make("div", "at-two");
        const line = make("span", "err");
        line.append(icon(icons, "triangle"), error);
        holder.append(node, line);
        node = holder;
      }
    } else {
      const className = { mono: "mono cut", strong: "b cut", note: "t3 cut", num: "num" }[column.kind] ?? "cut";
      node = make("span", className, shown(value, texts.language));
      if (column.kind !== "num") node.title = node.textContent;
    }
    const note = row[`${column.name}__note`];
    if (note) {
      const holder = make("div", "at-two");
      holder.append(node, make("span", "xs t3 cut", note));
      node = holder;
    }
    return node;
  };
}

/** Order of a column: by `NAME__sort` where a row has one, else numbers as numbers and texts as texts. */
export function sorter(column, state) {
  const sample = new Intl.Collator(state.texts.language, { numeric: true, sensitivity: "base" });
  const number = (value) => {
    if (typeof value === "number") return value;
    const read = parseFloat(String(value ?? "").replace(/[\s\u00a0\u202f]/g, "").replace("−", "-").replace(",", "."));
    return Number.isNaN(read) ? -Infinity : read;
  };
  return (a, b, one, other) => {
    const key = `${column.name}__sort`;
    const [x, y] = [one.getData()[key] ?? a, other.getData()[key] ?? b];
    if (column.kind === "num") return number(x) - number(y);
    if (column.kind === "choice") {
      const known = state.known(column.choices);
      return sample.compare(known.get(x ?? "")?.label ?? x ?? "", known.get(y ?? "")?.label ?? y ?? "");
    }
    return typeof x === "number" && typeof y === "number" ? x - y : sample.compare(String(x ?? ""), String(y ?? ""));
  };
}

/** What people read in a cell, for searching and filtering. */
export function textOf(column, row, state) {
  const value = row[column.name];
  if (column.kind === "choice") return state.known(column.choices).get(value ?? "")?.label ?? value ?? "";
  if (column.kind === "pill") return String(value ?? "").split("|").slice(2).join("|") || String(value ?? "");
  return [shown(value, state.texts.language), row[`${column.name}__note`]].filter(Boolean).join(" ");
}
