// A list to choose from that is searched by typing: groups, technical names, samples, and an action as its last line.
const SHOWN = 200;

/** Text without case and accents, for comparing. */
export const plain = (text) => String(text).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const make = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

/** An icon that Python drew. */
export function icon(icons, name) {
  const holder = document.createElement("template");
  holder.innerHTML = icons[name] ?? "";
  return holder.content.firstChild ?? document.createTextNode("");
}

/** Choices that hold every word of `text`, those that start with it first. */
export function matching(choices, text) {
  const words = plain(text).split(/\s+/).filter(Boolean);
  if (!words.length) return choices;
  const found = choices.filter((choice) => words.every((word) => plain(`${choice.label} ${choice.note ?? ""} ${choice.sample ?? ""}`).includes(word)));
  const starts = (choice) => (plain(choice.label).startsWith(plain(text).trim()) ? 0 : 1);
  return found.map((choice, at) => [starts(choice), at, choice]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((entry) => entry[2]);
}

/** Groups in the order shown: those suggested for the row, then the others under their own titles. */
function grouped(choices, first, why, text, texts) {
  const suggested = new Set(first);
  const groups = [];
  const head = first.map((value) => choices.find((choice) => choice.value === value)).filter(Boolean);
  if (head.length) groups.push([why || texts.first, head]);
  const others = text.trim() ? texts.others_with.replace("{text}", text.trim()) : texts.others;
  for (const choice of choices) {
    if (suggested.has(choice.value)) continue;
    const title = choice.group || (head.length ? others : "");
    const last = groups.at(-1);
    if (last && last[0] === title && last[1] !== head) last[1].push(choice);
    else groups.push([title, [choice]]);
  }
  return groups;
}

/**
 * Opens the list over `anchor`.
 * `chosen(value)` hears the choice, `acted()` the last line; `closed()` comes after either, or alone.
 */
export function openPicker({ anchor, host, choices, value, first = [], why = "", typed = "", label, action, icons, texts, chosen, acted, closed }) {
  const box = make("div", "at-pick");
  box.popover = "manual"; // in the top layer: no cell of a notebook cuts it
  const field = make("div", "input input-s is-open");
  const input = make("input");
  const present = choices.find((choice) => choice.value === value);
  input.type = "text";
  input.value = typed || present?.label || "";
  Object.entries({ role: "combobox", "aria-expanded": "true", "aria-autocomplete": "list", "aria-label": label, autocomplete: "off", spellcheck: "false" })
    .forEach(([name, said]) => input.setAttribute(name, said));
  field.append(icon(icons, "search"), input, icon(icons, "up"));
  const list = make("div", "pop");
  const options = make("div", "at-pick-list");
  options.id = `at-pick-${Math.random().toString(36).slice(2)}`;
  options.setAttribute("role", "listbox");
  options.setAttribute("aria-label", label);
  input.setAttribute("aria-controls", options.id);
  list.append(options);
  if (action) {
    const again = make("button", "at-pick-action");
    again.type = "button";
    again.tabIndex = -1;
    again.append(icon(icons, "refresh"), action);
    again.addEventListener("click", () => { close(); acted(); });
    list.append(again);
  }
  box.append(field, list);
  host.append(box);

  let lines = [];
  let at = -1;
  let searching = Boolean(typed);
  let open = true;

  const mark = (next) => {
    lines[at]?.node.classList.remove("on");
    lines[at]?.node.setAttribute("aria-selected", "false");
    at = next;
    const line = lines[at];
    if (!line) return input.removeAttribute("aria-activedescendant");
    line.node.classList.add("on");
    line.node.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", line.node.id);
    const { top, bottom } = line.node.getBoundingClientRect();
    const view = options.getBoundingClientRect();
    if (top < view.top) options.scrollTop -= view.top - top + 30;
    if (bottom > view.bottom) options.scrollTop += bottom - view.bottom + 4;
    return undefined;
  };

  const draw = () => {
    const text = searching ? input.value : "";
    const found = matching(choices, text);
    const ids = new Set(found.map((choice) => choice.value));
    const groups = grouped(found, first.filter((one) => ids.has(one)), why, text, texts);
    options.replaceChildren();
    lines = [];
    for (const [title, members] of groups) {
      if (lines.length >= SHOWN) break;
      const group = make("div");
      group.setAttribute("role", "group");
      if (title) {
        group.append(make("div", "opt-g", title));
        group.setAttribute("aria-label", title);
      }
      for (const choice of members.slice(0, SHOWN - lines.length)) {
        const node = make("div", "opt");
        node.id = `${options.id}-${lines.length}`;
        node.setAttribute("role", "option");
        node.setAttribute("aria-selected", "false");
        const words = make("span", "grow");
        words.append(make("span", "cut", choice.label));
        if (choice.sample) words.append(make("span", "cut xs t3", choice.sample));
        node.append(words);
        if (choice.note) node.append(make("span", "mono xs t2", choice.note));
        if (choice.value === value) node.append(icon(icons, "tick"));
        const line = { node, value: choice.value };
        node.addEventListener("mousemove", () => { if (lines[at] !== line) mark(lines.indexOf(line)); });
        node.addEventListener("click", () => pick(line.value));
        group.append(node);
        lines.push(line);
      }
      options.append(group);
    }
    const left = found.length - lines.length;
    if (!found.length) options.append(make("div", "opt-g", texts.none));
    else if (left > 0) options.append(make("div", "opt-g", texts.more.replace("{count}", left.toLocaleString(texts.language))));
    at = -1;
    const current = lines.findIndex((line) => line.value === value);
    mark(lines.length ? (searching || current < 0 ? 0 : current) : -1);
  };

  const place = () => {
    const edge = anchor.getBoundingClientRect();
    const below = window.innerHeight - edge.bottom;
    const up = below < 220 && edge.top > below;
    box.classList.toggle("at-pick-up", up);
    options.style.maxHeight = `${Math.max(120, Math.min(300, (up ? edge.top : below) - (action ? 70 : 26)))}px`;
    Object.assign(box.style, {
      left: `${edge.left}px`,
      width: `${edge.width}px`,
      top: up ? "auto" : `${edge.top}px`,
      bottom: up ? `${window.innerHeight - edge.bottom}px` : "auto",
    });
    list.style.minWidth = `${Math.min(Math.max(edge.width, 320), window.innerWidth - edge.left - 12)}px`;
  };

  const close = () => {
    if (!open) return;
    open = false;
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("scroll", scrolled, true);
    window.removeEventListener("resize", close);
    box.remove();
    closed();
  };
  const pick = (picked) => {
    close();
    if (picked !== value) chosen(picked);
  };
  const outside = (event) => { if (!box.contains(event.target)) close(); };
  const scrolled = (event) => { if (!box.contains(event.target)) place(); };

  input.addEventListener("input", () => { searching = true; draw(); });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation(); // keys typed here are words, not commands of the table or the notebook
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) mark(Math.max(0, Math.min(lines.length - 1, at + step)));
    else if (event.key === "Enter") { if (lines[at]) pick(lines[at].value); else if (action) { close(); acted(); } }
    else if (event.key === "Escape" || event.key === "Tab") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("scroll", scrolled, true);
  window.addEventListener("resize", close);
  place();
  box.showPopover();
  draw();
  input.focus({ preventScroll: true });
  if (typed) input.setSelectionRange(typed.length, typed.length);
  else input.select();
  return close;
}
