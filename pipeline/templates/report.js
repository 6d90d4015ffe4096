/* What moves in the report. Without it the report reads the same, less the plotly pictures. */
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  /* Plotly pictures: drawn when first seen, and again when the theme or the paper changes.
     Plotly itself waits as text until the page has opened and has nothing else to do. */
  const figures = JSON.parse(byId("figures").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let printing = false;
  const wake = () => {
    if (window.Plotly) return;
    const script = document.createElement("script");
    script.textContent = byId("plotly").textContent;
    document.head.append(script);
  };
  const coloured = (name) => {
    let text = JSON.stringify(figures.drawn[name]);
    if (dark.matches && !printing) {
      const turned = new Map(figures.colours);
      text = text.replace(/#[0-9a-f]{6}\b/g, (colour) => turned.get(colour) || colour);
    }
    return JSON.parse(text);
  };
  const draw = (place) => {
    wake();
    const figure = coloured(place.dataset.figure);
    const layout = { ...figure.layout, dragmode: false };
    if (printing) layout.width = 690;
    else if (layout.xaxis && place.clientWidth < 560) layout.xaxis.nticks = 4;
    Plotly.react(place.firstElementChild, figure.data, layout, {
      displayModeBar: false, responsive: true, showTips: false, doubleClick: false,
    });
    place.dataset.isDrawn = "yes";
  };
  const shownPlaces = () => all("[data-figure]").filter((place) => place.offsetParent !== null);
  const redraw = () => shownPlaces().forEach((place) => place.dataset.isDrawn && draw(place));
  const seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }), { rootMargin: "900px" });
  dark.addEventListener("change", redraw);
  addEventListener("load", () => (window.requestIdleCallback || setTimeout)(wake));
  addEventListener("beforeprint", () => { printing = true; shownPlaces().forEach(draw); });
  addEventListener("afterprint", () => { printing = false; redraw(); });

  /* The transition graph: a filter by share, and the neighbourhood of one touchpoint. */
  const slider = byId("graph-share");
  const filter = () => {
    byId("graph-share-said").textContent = `${slider.value}\u202f%`;
    all(".graph .edge").forEach((edge) =>
      edge.classList.toggle("minor", Number(edge.dataset.share) * 100 < Number(slider.value)));
  };
  if (slider) slider.addEventListener("input", filter);
  const choose = (graph, node) => {
    const was = node && node.getAttribute("aria-pressed") === "true";
    all(".node", graph).forEach((each) => each.setAttribute("aria-pressed", "false"));
    all(".near", graph).forEach((each) => each.classList.remove("near"));
    graph.classList.toggle("is-chosen", Boolean(node) && !was);
    if (!node || was) return;
    node.setAttribute("aria-pressed", "true");
    const name = node.dataset.node, near = new Set([name]);
    all(".edge", graph).forEach((edge) => {
      const { from, to } = edge.dataset;
      if (edge.classList.contains("minor") || (from !== name && to !== name)) return;
      edge.classList.add("near"); near.add(from); near.add(to);
    });
    all(".node", graph).forEach((each) => each.classList.toggle("near", near.has(each.dataset.node)));
  };
  const listen = (graph) => {
    graph.addEventListener("click", (event) => choose(graph, event.target.closest(".node")));
    graph.addEventListener("keydown", (event) => {
      if (event.key === "Escape") choose(graph, null);
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(graph, event.target.closest(".node"));
    });
  };

  /* Tables that sort by a column. */
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  };
  const compare = (one, other) => (typeof one === "number" ? one - other : one.localeCompare(other));
  const sortable = (table) => all("thead th", table).forEach((head, column) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "descending";
      all("thead th", table).forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains("rest"));
      const rest = [...table.tBodies[0].rows].filter((row) => row.classList.contains("rest"));
      rows.sort((a, b) => compare(value(a, column), value(b, column)) * (up ? 1 : -1));
      table.tBodies[0].append(...rows, ...rest);
    });
  });

  /* What is told of one who is not chosen, and the table behind a picture, wait as the text of a
     noscript element; what comes in then moves like the rest. */
  const enliven = (root) => {
    all("[data-figure]", root).forEach((place) => seen.observe(place));
    all("svg.graph", root).forEach(listen);
    all("table.sortable", root).forEach(sortable);
  };
  const bring = (waiting) => {
    const template = document.createElement("template");
    template.innerHTML = waiting.textContent;
    enliven(template.content);
    waiting.replaceWith(template.content);
  };
  const isChosen = ({ dataset: { persona } }) =>
    byId(`persona-${persona}`).checked || byId(`beside-${persona}`).selected;
  const bringChosen = () => {
    const waiting = all("noscript[data-persona]").filter(isChosen);
    waiting.forEach(bring);
    if (waiting.length && slider) filter();
  };
  all("input[name=persona], #beside").forEach((each) => each.addEventListener("change", bringChosen));
  addEventListener("pageshow", bringChosen); /* a browser may remember who was chosen */
  document.addEventListener("toggle", (event) => {
    if (event.target.open) all("noscript", event.target).forEach(bring);
  }, true);
  enliven(document);

  /* A link to a finding opens it. */
  const open = () => {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", open);
  open();
})();
