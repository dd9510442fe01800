// One surface for every page: Python renders, the browser shows and tells what was pressed or typed.
// [data-at-do] sends {do, value} on click; [data-at-input] sends {do, value} when its content changes.
const WAIT_MS = 250;

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "at at-view";
  root.dataset.lmSuppressShortcuts = "true"; // keys typed here belong to the page, not to the notebook
  el.append(root);
  let timer = null;
  let pressed = false; // a button replaced between press and release would never be clicked
  let late = false;

  const send = (action, value) => {
    root.setAttribute("aria-busy", "true");
    model.send({ do: action, value });
  };

  const paint = () => {
    if (pressed) {
      late = true;
      return;
    }
    const active = root.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.dataset.atKey;
    const typed = active?.tagName === "INPUT" ? [active.value, active.selectionStart, active.selectionEnd] : null;
    root.innerHTML = model.get("html");
    if (key) {
      const again = root.querySelector(`[data-at-key="${CSS.escape(key)}"]`);
      again?.focus({ preventScroll: true });
      if (again && typed) {
        again.value = typed[0]; // what was typed while Python was at work is not lost
        again.setSelectionRange(typed[1], typed[2]);
      }
    }
    root.removeAttribute("aria-busy");
    root.dataset.ready = String(model.get("revision"));
  };

  const clicked = (event) => {
    const target = event.target.closest("[data-at-do]");
    if (!target || !root.contains(target) || target.disabled) return;
    if (target.tagName === "TR" && String(window.getSelection())) return; // selecting text is no press
    event.preventDefault();
    send(target.dataset.atDo, target.dataset.atValue ?? "");
  };
  const typing = (event) => {
    const target = event.target.closest("[data-at-input]");
    if (!target) return;
    clearTimeout(timer);
    timer = setTimeout(() => send(target.dataset.atInput, target.value), target.tagName === "SELECT" ? 0 : WAIT_MS);
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
  model.on("change:revision", paint);
  paint();
  return () => {
    clearTimeout(timer);
    window.removeEventListener("pointerup", up);
    window.removeEventListener("pointercancel", up);
    model.off("change:revision", paint);
  };
}

export default { render };
