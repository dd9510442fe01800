// One surface for every page: Python renders, the browser shows and tells what was pressed, typed or chosen.
//   data-at-do      click sends {do, value: data-at-value}
//   data-at-input   typing sends {do, value: what stands there}
//   data-at-field   a form control sends {field, value}; its data-at-key keeps what the person is typing
//   data-at-reveal  click shows or hides what was typed in the password field of that name, in this browser alone
//   data-at-enter   Enter in this input sends {do, value: data-at-value or what stands there}
const WAIT_MS = 250;
const TYPED = "input:not([type]),input[type=text],input[type=search],input[type=password],input[type=number],input[type=email],input[type=url],textarea";
const isTyped = (node) => node.matches?.(TYPED);

/** Value that a control says. */
function valueOf(control) {
  if (control.type === "checkbox") return control.checked ? "1" : "";
  if (control.multiple) return [...control.selectedOptions].map((option) => option.value).join("\n");
  return control.value;
}

/** Two nodes that stand for the same thing: the one on the page is changed, not replaced. */
function alike(one, other) {
  if (one.nodeType !== other.nodeType || one.nodeName !== other.nodeName) return false;
  if (one.nodeType !== 1) return true;
  return one.dataset.atKey === other.dataset.atKey && one.id === other.id && (one.revealed ? "password" : one.type) === other.type;
}

/** Makes `old` say what `fresh` says; what the person has in hand (typing, opened details) stays. */
function morph(old, fresh, held) {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  const kept = old.nodeName === "DETAILS" ? "open" : null;
  const chosen = old.nodeName === "SELECT" ? [...fresh.options].map((option) => option.hasAttribute("selected")) : [];
  for (const { name } of [...old.attributes]) if (name !== kept && !fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of [...fresh.attributes]) {
    if (name === kept || (name === "type" && old.revealed) || (name === "aria-pressed" && old.dataset.atReveal)) continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  if (old.nodeName !== "TEXTAREA") children(old, fresh, held);
  if (old.nodeName === "INPUT" && (old.type === "checkbox" || old.type === "radio")) {
    if (!held(old)) old.checked = fresh.hasAttribute("checked");
  } else if (isTyped(old)) {
    const said = old.nodeName === "TEXTAREA" ? fresh.textContent : fresh.getAttribute("value") ?? "";
    if (!held(old) && old.value !== said) old.value = said;
  } else if (old.nodeName === "INPUT") {
    const said = fresh.getAttribute("value") ?? "";
    if (old.type !== "file" && old.value !== said && !held(old)) old.value = said;
  } else if (old.nodeName === "SELECT") {
    if ((chosen.includes(true) || old.multiple) && !held(old)) [...old.options].forEach((option, at) => { if (option.selected !== chosen[at]) option.selected = chosen[at]; });
  }
}

function children(old, fresh, held) {
  const keyed = new Map([...old.children].filter((node) => node.dataset?.atKey).map((node) => [node.dataset.atKey, node]));
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const key = next.nodeType === 1 ? next.dataset?.atKey : undefined;
    let match = key ? keyed.get(key) : at;
    if (key) keyed.delete(key);
    if (match && key && match !== at && alike(match, next)) {
      old.insertBefore(match, at);
    } else if (at && !key && at.nodeType === 1 && at.dataset?.atKey && keyed.has(at.dataset.atKey)) {
      match = null; // a keyed node waits for its own turn
    }
    if (match && alike(match, next)) {
      morph(match, next, held);
      if (match === at) at = at.nextSibling;
    } else old.insertBefore(next, at);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "at at-view";
  root.dataset.lmSuppressShortcuts = "true"; // keys typed here belong to the page, not to the notebook
  const notice = document.createElement("div");
  notice.setAttribute("role", "alert");
  const content = document.createElement("div");
  root.append(notice, content);
  el.append(root);
  const waiting = new Map(); // control -> { timer, message }, in the order of typing
  const told = new WeakMap(); // control -> number of the message that told what it says
  const yielded = new WeakSet(); // inputs sent by Enter: Python says what stands there next
  let pressed = false; // a button replaced between press and release would never be clicked
  let late = false;
  let owed = false; // a control was left as the person put it; Python has the last word once it heard
  let sent = 0;

  const send = (message) => {
    sent += 1;
    root.setAttribute("aria-busy", "true");
    model.send(message);
  };
  const flush = (control) => {
    const found = waiting.get(control);
    if (!found) return;
    clearTimeout(found.timer);
    waiting.delete(control);
    send(found.message());
    told.set(control, sent);
  };
  const flushAll = () => [...waiting.keys()].forEach(flush);
  const unheard = (control) => { // a page made before Python heard it would put it back as it was
    const ahead = (told.get(control) ?? 0) > model.get("heard");
    owed ||= ahead;
    return ahead;
  };
  const held = (control) => control.type === "password" || control.revealed || waiting.has(control) || unheard(control)
    || (control === document.activeElement && isTyped(control) && !yielded.has(control));

  const paint = () => {
    if (pressed) {
      late = true;
      return;
    }
    owed = false;
    const active = content.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.dataset.atKey;
    const template = document.createElement("template");
    template.innerHTML = `<div>${model.get("html")}</div>`;
    children(content, template.content.firstChild, held);
    if (key && document.activeElement !== active) {
      content.querySelector(`[data-at-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
    }
    root.dataset.ready = String(model.get("revision"));
  };
  const heard = () => {
    if (model.get("heard") < sent) return;
    root.removeAttribute("aria-busy");
    if (owed) paint();
  };
  const warn = () => { notice.innerHTML = model.get("notice"); };
  const address = () => { // filters of a dashboard stand in its address; a notebook's address is JupyterLab's
    const query = model.get("address");
    if (document.body.dataset.voila && query.startsWith("?")) history.replaceState(history.state, "", query);
  };

  const reveal = (eye) => { // what was typed, in this browser alone; Python never sends it back
    const input = content.querySelector(`[data-at-field="${CSS.escape(eye.dataset.atReveal)}"]`);
    if (!input) return;
    input.revealed = input.type === "password";
    input.type = input.revealed ? "text" : "password";
    eye.setAttribute("aria-pressed", String(input.revealed));
  };
  const clicked = (event) => {
    const eye = event.target.closest("[data-at-reveal]");
    if (eye && root.contains(eye)) {
      reveal(eye);
      return;
    }
    const target = event.target.closest("[data-at-do]");
    if (!target || !root.contains(target) || target.disabled || target.getAttribute("aria-disabled") === "true") return;
    if (target.tagName === "TR" && (String(window.getSelection()) || event.target.closest("a, select, input"))) return; // selecting text is no press, a link in the row is its own
    event.preventDefault();
    flushAll();
    send({ do: target.dataset.atDo, value: target.dataset.atValue ?? "" });
  };
  const typing = (event) => {
    const target = event.target.closest("[data-at-input],[data-at-field]");
    if (!target || !root.contains(target)) return;
    yielded.delete(target);
    clearTimeout(waiting.get(target)?.timer);
    const { atField: field, atInput: action } = target.dataset;
    const message = () => (field === undefined ? { do: action, value: target.value } : { field, value: valueOf(target) });
    waiting.set(target, { message, timer: setTimeout(() => flush(target), WAIT_MS) });
    if (!isTyped(target)) {
      flushAll(); // a choice goes at once, after what was typed before it
    }
  };
  const left = (event) => flush(event.target);
  const key = (event) => {
    const target = event.target.closest?.("[data-at-enter]");
    if (event.key !== "Enter" || event.isComposing || !target || target.tagName === "TEXTAREA") return;
    event.preventDefault();
    flushAll();
    yielded.add(target);
    send({ do: target.dataset.atEnter, value: target.dataset.atValue ?? target.value });
  };
  const down = () => { pressed = true; };
  const up = () => setTimeout(() => { // after the click that the release brings
    pressed = false;
    if (late) {
      late = false;
      paint();
    }
  }, 0);
  root.addEventListener("pointerdown", down);
  window.addEventListener("pointerup", up);
  window.addEventListener("pointercancel", up);
  root.addEventListener("click", clicked);
  root.addEventListener("input", typing);
  root.addEventListener("focusout", left);
  root.addEventListener("keydown", key);
  const watched = [["change:revision", paint], ["change:heard", heard], ["change:notice", warn], ["change:address", address]];
  watched.forEach(([name, then]) => model.on(name, then));
  sent = model.get("heard");
  warn();
  paint();
  address();
  return () => {
    flushAll();
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", up);
    watched.forEach(([name, then]) => model.off(name, then));
  };
}

export default { render };
