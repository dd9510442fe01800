// Charts of the pages: bars and lines in SVG, in the colours of the page, with the same figures as a table.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

/** Colours by their names of the page: "data-1" anywhere a colour stands. */
function coloured(value, token) {
  if (Array.isArray(value)) return value.map((one) => coloured(one, token));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, /colou?r/i.test(key) && typeof one === "string" ? token(one) : coloured(one, token)]));
  }
  return value;
}

function axis(given, token, vertical, font) {
  const own = given ?? {};
  return {
    axisTick: { show: false },
    axisLine: { show: !vertical, lineStyle: { color: token("border-strong") } },
    splitLine: { show: vertical, lineStyle: { color: token("data-grid") } },
    ...own,
    axisLabel: { color: token("text-3"), fontSize: 12, fontFamily: font, ...own.axisLabel },
  };
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "at at-chart";
  root.dataset.lmSuppressShortcuts = "true";
  const figure = document.createElement("figure");
  const title = document.createElement("figcaption");
  title.className = "at-hidden";
  const canvas = document.createElement("div");
  canvas.className = "at-chart-box";
  const legend = document.createElement("div");
  const details = document.createElement("details");
  figure.append(title, canvas, legend, details);
  root.append(figure);
  el.append(root);
  let chart = null;
  let turn = 0;

  const draw = () => {
    if (!root.clientWidth) return;
    const style = getComputedStyle(root);
    const token = (name) => style.getPropertyValue(`--at-${name}`).trim() || name;
    const font = token("font");
    const numbers = new Intl.NumberFormat(model.get("language"));
    const given = coloured(model.get("option"), token);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches || document.visibilityState === "hidden";
    canvas.style.height = `${model.get("height")}px`;
    chart ??= init(canvas, null, { renderer: "svg" });
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: font, color: token("text-3") },
      grid: { left: 4, right: 8, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      ...given,
      aria: { enabled: true, label: { enabled: true, description: model.get("description") } },
      tooltip: {
        trigger: "axis", confine: true, axisPointer: { type: "shadow", shadowStyle: { color: token("hover"), opacity: 0.6 } },
        backgroundColor: token("surface"), borderColor: token("border"), textStyle: { color: token("text"), fontSize: 13, fontFamily: font },
        valueFormatter: (value) => (typeof value === "number" ? numbers.format(value) : value ?? ""),
        renderMode: "richText", // foreign names are text
        ...given.tooltip,
      },
      xAxis: axis(given.xAxis, token, given.xAxis?.type === "value", font),
      yAxis: axis({ ...given.yAxis, axisLabel: { formatter: (value) => (typeof value === "number" ? numbers.format(value) : value), ...given.yAxis?.axisLabel } }, token, given.yAxis?.type !== "category", font),
      series: (given.series ?? []).map((one) => ({ barMaxWidth: 22, symbol: "none", ...one })),
    }, true);
    if (still) chart.getZr().flush();
    chart.resize();
    title.textContent = model.get("title");
    const opened = details.open;
    legend.innerHTML = model.get("legend");
    details.innerHTML = model.get("table");
    details.open = opened;
    details.hidden = !model.get("table");
    turn += 1;
    root.dataset.ready = String(turn);
  };

  const sized = new ResizeObserver(draw);
  sized.observe(root);
  const themed = new MutationObserver(draw);
  const told = { attributes: true, attributeFilter: ["data-jp-theme-light", "data-at-theme"] };
  for (let node = root; node; node = node.parentElement) themed.observe(node, told);
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  device.addEventListener("change", draw);
  const names = ["change:option", "change:height", "change:legend", "change:table"];
  names.forEach((name) => model.on(name, draw));
  return () => {
    names.forEach((name) => model.off(name, draw));
    sized.disconnect();
    themed.disconnect();
    device.removeEventListener("change", draw);
    chart?.dispose();
  };
}

export default { render };
