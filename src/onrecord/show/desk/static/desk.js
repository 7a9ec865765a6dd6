// The desk's few movements. Every page works without them, but for charts, replay and the selection of words.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const STANCE = { support: "--sup", oppose: "--opp", mixed: "--mix", noncommittal: "--non" };
  const SIGN = { support: "+", oppose: "−", mixed: "±", noncommittal: "○" };

  // A quotation beside the cell under the pointer or the focus; text only, never markup.
  const tip = byId("tip");
  const showTip = (cell) => {
    tip.replaceChildren(document.createTextNode("“" + cell.dataset.tip + "”"));
    const foot = document.createElement("small");
    foot.textContent = cell.dataset.tipFoot || "";
    tip.append(foot);
    tip.hidden = false;
    const at = cell.getBoundingClientRect(), own = tip.getBoundingClientRect();
    const below = at.bottom + own.height + 8 < innerHeight;
    tip.style.left = Math.max(8, Math.min(at.left, innerWidth - own.width - 8)) + "px";
    tip.style.top = (below ? at.bottom + 6 : Math.max(8, at.top - own.height - 6)) + "px";
  };
  for (const kind of ["mouseover", "focusin"]) document.addEventListener(kind, (event) => {
    const cell = event.target.closest ? event.target.closest("[data-tip]") : null;
    if (cell) showTip(cell); else tip.hidden = true;
  });
  document.addEventListener("scroll", () => { tip.hidden = true; }, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });

  // The sections do not fit on a phone: the one we are in is brought into view.
  const section = document.querySelector(".masthead nav [aria-current]");
  if (section) section.parentElement.scrollLeft = section.offsetLeft - 40;

  // The date slider and its replay.
  const slider = byId("slider");
  if (slider) {
    const days = JSON.parse(slider.dataset.days), form = byId("controls"), replay = byId("replay");
    const show = () => {
      const day = days[+slider.value], last = +slider.value === days.length - 1;
      byId("as-of").textContent = day;
      slider.setAttribute("aria-valuetext", day);
      byId("as-of-value").value = last ? "" : day;
    };
    slider.addEventListener("input", show);
    let timer = null;
    // The days of a replay are no steps of the browser's history: one step back leads to where it began.
    const history = (pushed) => { form.setAttribute("hx-push-url", pushed); form.setAttribute("hx-replace-url", !pushed); };
    const stop = () => { clearInterval(timer); timer = null; setTimeout(() => { if (!timer) history(true); }, 1500); replay.setAttribute("aria-pressed", "false"); replay.textContent = "Replay"; };
    replay.addEventListener("click", () => {
      if (timer) { stop(); return; }
      if (+slider.value >= days.length - 1) slider.value = 0;
      const step = Math.max(1, Math.round(days.length / 40));
      history(false);
      replay.setAttribute("aria-pressed", "true");
      replay.textContent = "Stop";
      const tick = () => {
        show();
        form.dispatchEvent(new Event("replay"));
        if (+slider.value >= days.length - 1) stop(); else slider.value = Math.min(days.length - 1, +slider.value + step);
      };
      tick();
      timer = setInterval(tick, 900);
    });
  }
  all("[data-submit]").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));
  // What is left empty is no part of an address.
  document.addEventListener("formdata", (event) => {
    if (event.target.method !== "get") return;
    [...event.formData.entries()].forEach(([name, value]) => { if (value === "" && event.formData.getAll(name).length === 1) event.formData.delete(name); });
  });
  all("[data-percent]").forEach((field) => field.addEventListener("input", () => {
    const shown = Math.round(100 * field.value) + "%";
    byId(field.dataset.percent).textContent = shown;
    field.setAttribute("aria-valuetext", shown);
  }));

  // The evidence of a cell beside the matrix: focus goes there, and comes back.
  const panel = byId("panel");
  if (panel) {
    let opener = null;
    const close = () => {
      panel.classList.remove("open");
      all(".cell.chosen").forEach((cell) => { cell.classList.remove("chosen"); cell.removeAttribute("aria-current"); });
      if (opener && document.contains(opener)) opener.focus();
    };
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.target !== panel) return;
      all(".cell.chosen").forEach((cell) => { cell.classList.remove("chosen"); cell.removeAttribute("aria-current"); });
      opener = event.detail.requestConfig && event.detail.requestConfig.elt;
      if (opener && opener.classList.contains("cell")) { opener.classList.add("chosen"); opener.setAttribute("aria-current", "true"); }
      panel.classList.add("open");
      panel.scrollTop = 0;
      panel.focus({ preventScroll: true });
      tip.hidden = true;
    });
    panel.addEventListener("click", (event) => { if (event.target.closest("#panel-close")) close(); });
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
  }

  // Arrow keys move from cell to cell.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const cell = step && event.target.closest && event.target.closest("#matrix td .cell");
    if (!cell) return;
    let row = cell.closest("tr"), at = cell.closest("td").cellIndex;
    for (;;) {
      at += step[1];
      if (step[0]) row = step[0] < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!row || !row.cells[at] || at < 1) return;
      const next = row.cells[at].querySelector(".cell");
      if (next) { next.focus(); event.preventDefault(); return; }
    }
  });

  // One key, one deed; never while somebody writes.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, #words")) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target) { event.preventDefault(); target.click(); }
  });

  // Text and list of statements light each other up.
  const light = (ids) => {
    all("#text [data-s]").forEach((piece) => piece.classList.toggle("hot", piece.dataset.s.split(" ").some((id) => ids.includes(id))));
    all("[data-for]").forEach((item) => item.classList.toggle("on", ids.includes(item.dataset.for)));
  };
  const text = byId("text");
  if (text) {
    text.addEventListener("click", (event) => {
      const piece = event.target.closest("[data-s]");
      if (!piece) return;
      const id = piece.dataset.s.split(" ")[0];
      light([id]);
      const item = byId("s-" + id);
      if (item) item.scrollIntoView({ block: "nearest" });
    });
    all("[data-for]").forEach((item) => ["mouseenter", "focusin"].forEach((kind) => item.addEventListener(kind, () => light([item.dataset.for]))));
    const focused = document.querySelector("#text .on");
    if (focused) focused.scrollIntoView({ block: "center" });
  }

  // Timeline: a line per actor or issue, a mark per statement with the stance's colour and sign, paler where less certain.
  const LINES = 12;
  all("[data-chart]").forEach((box) => {
    if (!window.echarts) return;
    const rows = JSON.parse(box.dataset.chart), labels = JSON.parse(box.dataset.labels || "{}"), group = box.dataset.group;
    const counts = new Map();
    rows.forEach((row) => counts.set(row[group], (counts.get(row[group]) || 0) + 1));
    const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, LINES).map((pair) => pair[0]);
    const shown = rows.filter((row) => top.includes(row[group]));
    const place = (row) => [row.date, top.indexOf(row[group])];
    const signed = shown.length <= 150, topmost = new Map(); // of several on one day the last one lies on top
    shown.forEach((row) => topmost.set(row.date + row[group], row));
    const shade = (row) => { const firm = Math.abs(row.value); return firm > 0.9 || firm === 0 ? "" : firm > 0.45 ? "2" : "3"; };
    const wide = () => Math.min(180, Math.round(box.clientWidth / 3));
    box.style.height = 60 + 32 * top.length + "px";
    const chart = echarts.init(box);
    const draw = () => {
      const ink = colour("--ink"), soft = colour("--soft"), line = colour("--line"), paper = colour("--paper");
      const series = top.map((name) => ({
        type: "line", symbol: "none", silent: true, lineStyle: { width: 1, color: soft, opacity: 0.6 },
        data: shown.filter((row) => row[group] === name).map(place),
      }));
      series.push({
        type: "scatter", z: 5, symbol: "roundRect", symbolSize: shown.length > 150 ? [9, 14] : [18, 18],
        label: { show: signed, formatter: (p) => SIGN[p.data.row.stance], color: paper, fontWeight: 700, fontSize: 13 },
        data: shown.map((row) => ({ value: place(row), row, itemStyle: { color: colour(STANCE[row.stance] + shade(row)), opacity: 1 }, label: { show: signed && topmost.get(row.date + row[group]) === row, color: shade(row) ? ink : paper } })),
      });
      chart.setOption({
        animation: false, textStyle: { color: soft, fontFamily: "system-ui, sans-serif" }, aria: { enabled: false },
        grid: { left: wide() + 30, right: 20, top: 10, bottom: 34 },
        xAxis: { type: "time", axisLine: { lineStyle: { color: line } }, splitLine: { show: false }, axisLabel: { color: soft, hideOverlap: true } },
        yAxis: { type: "category", inverse: true, data: top.map((name) => labels[name] || name), axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: true, lineStyle: { color: colour("--line2") } },
          axisLabel: { color: ink, margin: 16, width: wide(), overflow: "truncate", interval: 0 } },
        tooltip: { trigger: "item", renderMode: "richText", confine: true, backgroundColor: ink, borderWidth: 0, textStyle: { color: paper, width: 340, overflow: "break" },
          formatter: (p) => p.data.row ? `${p.data.row.date}  ${p.data.row.actor}\n${SIGN[p.data.row.stance]} ${labels[p.data.row.issue] || p.data.row.issue}\n“${p.data.row.quote}”`.replace(/[{}]/g, " ") : "" },
        series,
      }, true);
    };
    draw();
    chart.on("click", (p) => { if (p.data && p.data.row) location.href = "/statements/" + encodeURIComponent(p.data.row.id); });
    addEventListener("resize", () => { chart.resize(); draw(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
    box.picture = () => chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour("--paper") });
  });

  // Network: agreement solid, conflict dashed.
  const graph = byId("network");
  if (graph && window.cytoscape && graph.dataset.graph) {
    const net = JSON.parse(graph.dataset.graph);
    const most = Math.max(...net.nodes.map((node) => node.count)), heaviest = Math.max(...net.edges.map((edge) => edge.weight));
    // Actors start beside those of their cluster (they come sorted by it), so that clusters end up apart.
    const groups = [...new Set(net.nodes.map((node) => node.cluster))], round = (index, all, wide) => [wide * Math.cos(2 * Math.PI * index / all), wide * Math.sin(2 * Math.PI * index / all)];
    const home = new Map(groups.map((key, index) => [key, round(index, groups.length, groups.length > 1 ? 500 : 0)]));
    const of = new Map(net.nodes.map((node) => [node.id, node.cluster]));
    const spot = (node, index) => { const [x, y] = home.get(node.cluster), [dx, dy] = round(index, 9, 120); return { x: x + dx, y: y + dy }; };
    const cy = cytoscape({
      container: graph, minZoom: 0.2, maxZoom: 4,
      elements: [
        ...net.nodes.map((node, index) => ({ position: spot(node, index), data: { tint: colour("--k" + ((node.cluster - 1) % 6 + 1)), edge: node.cluster > 6 ? "dashed" : "solid", id: "n" + node.id, label: node.id.length > 28 ? node.id.slice(0, 27) + "…" : node.id, name: node.id, size: 14 + 30 * Math.sqrt(node.count / most) } })),
        ...net.edges.map((edge, index) => ({ data: { id: "e" + index, source: "n" + edge.source, target: "n" + edge.target, kind: edge.kind, apart: of.get(edge.source) !== of.get(edge.target), width: 0.8 + 4 * edge.weight / heaviest } })),
      ],
      style: [
        { selector: "node", style: { width: "data(size)", height: "data(size)", label: "data(label)", "font-size": 11, "font-family": "system-ui, sans-serif", color: colour("--ink"), "background-color": "data(tint)", "border-width": 2, "border-style": "data(edge)", "border-color": colour("--ink"), "text-valign": "bottom", "text-margin-y": 3, "text-outline-color": colour("--card"), "text-outline-width": 2 } },
        { selector: "edge", style: { width: "data(width)", "curve-style": "bezier", opacity: 0.65, "line-color": colour("--sup") } },
        { selector: 'edge[kind = "oppose"]', style: { "line-color": colour("--opp"), "line-style": "dashed" } },
        { selector: ".far", style: { opacity: 0.12 } },
      ],
      layout: { name: "cose", animate: false, randomize: false, nodeRepulsion: () => 900000, idealEdgeLength: (edge) => edge.data("apart") ? 420 : 170, edgeElasticity: (edge) => edge.data("apart") ? 900 : 120, nodeOverlap: 40, gravity: 0.6, padding: 40, numIter: 800 },
    });
    cy.on("mouseover", "node", (event) => cy.elements().not(event.target.closedNeighborhood()).addClass("far"));
    cy.on("mouseout", "node", () => cy.elements().removeClass("far"));
    cy.on("tap", "edge", (event) => { location.href = "/tie?" + new URLSearchParams({ a: event.target.data("source").slice(1), b: event.target.data("target").slice(1), by: graph.dataset.by || "speaker" }); });
    cy.on("tap", "node", (event) => { location.href = "/people/" + encodeURIComponent(event.target.data("name")) + "?by=" + (graph.dataset.by || "speaker"); });
    // On a narrow screen the whole graph is drawn small: its words grow against that.
    const legible = () => cy.style().selector("node").style("font-size", Math.min(30, Math.max(11, 11 / cy.zoom()))).update();
    cy.ready(legible);
    graph.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
      const zoom = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
      if (move) cy.panBy({ x: move[0], y: move[1] });
      else if (zoom) cy.zoom({ level: cy.zoom() * zoom, renderedPosition: { x: graph.clientWidth / 2, y: graph.clientHeight / 2 } });
      else if (event.key === "0") cy.fit(undefined, 40);
      else return;
      event.preventDefault();
    });
    graph.picture = () => cy.png({ full: true, scale: 2, bg: colour("--card") });
  }
  all("[data-png]").forEach((button) => button.addEventListener("click", () => {
    const box = byId(button.dataset.png);
    if (!box || !box.picture) return;
    const link = document.createElement("a");
    link.href = box.picture();
    link.download = button.dataset.png + ".png";
    link.click();
  }));

  // Progress of a reading.
  const job = byId("job");
  if (job && window.EventSource && !["done", "failed", "stopped"].includes(byId("job-state").textContent)) {
    const stream = new EventSource(job.dataset.events), log = byId("job-log");
    const count = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
    const told = (event) => {
      const value = JSON.parse(event.data), item = document.createElement("li");
      byId("job-state").textContent = value.state;
      byId("job-state").className = "state st-" + value.state;
      const bar = byId("job-progress");
      if (bar) bar.value = value.articles + value.failures;
      byId("job-counts").textContent = `${count(value.articles, "article")}, ${count(value.statements, "statement")}${value.failures ? `, ${value.failures} failed` : ""}`;
      if (value.kind === "article") {
        const link = document.createElement("a");
        link.href = "/articles/" + encodeURIComponent(value.id);
        link.textContent = value.title || value.name;
        item.append(link, " " + count(value.found, "statement") + (value.also ? ", the same text as " + value.also : ""));
        log.append(item);
      } else if (value.kind === "known") {
        const link = document.createElement("a");
        link.href = "/articles/" + encodeURIComponent(value.id);
        link.textContent = value.also || value.title;
        if (value.also) item.className = "failed";
        item.append(value.also ? "Not added, the same text as " : "Known already: ", link);
        if (value.also) item.append("; to add it all the same, tick “Also add a text that is here already” when you add it");
        log.append(item);
      } else if (value.kind === "failure") {
        item.className = "failed";
        item.textContent = `${value.source}: ${value.reason}`;
        log.append(item);
      } else if (value.kind === "end") { stream.close(); const stop = byId("job-stop"); if (stop) stop.remove(); }
    };
    ["start", "article", "failure", "known", "end"].forEach((kind) => stream.addEventListener(kind, told));
  }

  // Words: the server numbered them, only numbers go back.
  const words = byId("words");
  if (words) {
    const spans = all("[data-w]", words), groups = new Map();
    spans.forEach((span) => { const w = +span.dataset.w; if (!groups.has(w)) groups.set(w, []); groups.get(w).push(span); });
    const last = Math.max(...groups.keys());
    let from = null, to = null;
    const wordsOf = (range) => { const [a, b] = range.split("-").map(Number); return [a, b === undefined || Number.isNaN(b) ? a : b]; };
    const said = (low, high) => { let made = ""; for (let w = low; w <= high; w++) (groups.get(w) || []).forEach((span) => { made += span.textContent; }); return made.trim(); };
    if (!document.querySelector('input[name="verdict"][value="correct"]') || location.pathname.endsWith("/code")) spans.forEach((span) => span.classList.toggle("coded", Boolean(span.dataset.s)));
    const paint = () => {
      spans.forEach((span) => {
        const w = +span.dataset.w;
        span.classList.toggle("picked", from !== null && w >= Math.min(from, to) && w <= Math.max(from, to));
        span.classList.toggle("cursor", w === to);
      });
    };
    const read = () => {
      spans.forEach((span) => ["m-source", "m-cue", "m-content", "m-condition", "d1", "d2", "d3"].forEach((name) => span.classList.remove(name)));
      all("[data-ranges]").forEach((input) => {
        const ranges = input.value.split(",").map((piece) => piece.trim()).filter(Boolean).map(wordsOf);
        ranges.forEach(([low, high]) => { for (let w = low; w <= high; w++) (groups.get(w) || []).forEach((span) => { span.classList.add("m-" + input.name); if (input.name === "content") span.classList.add("d1"); }); });
        document.querySelector(`[data-shows="${input.name}"]`).textContent = ranges.map(([low, high]) => said(low, high)).join(" … ");
      });
    };
    const mark = (name) => {
      if (from === null) return;
      const input = document.querySelector(`[data-ranges="${name}"]`), range = `${Math.min(from, to)}-${Math.max(from, to)}`;
      input.value = input.value.trim() && !input.dataset.fresh ? range : [input.value.trim(), range].filter(Boolean).join(",");
      input.dataset.fresh = "1";
      from = to = null;
      paint();
      read();
    };
    const at = (node) => { const span = (node && node.nodeType === 3 ? node.parentElement : node); const found = span && span.closest ? span.closest("[data-w]") : null; return found && words.contains(found) ? +found.dataset.w : null; };
    words.addEventListener("mouseup", (event) => {
      const chosen = getSelection();
      if (chosen && !chosen.isCollapsed) {
        const a = at(chosen.anchorNode), b = at(chosen.focusNode);
        if (a !== null && b !== null) { from = a; to = b; }
        chosen.removeAllRanges();
      } else {
        const w = at(event.target);
        if (w !== null) { if (event.shiftKey && from !== null) to = w; else from = to = w; }
      }
      paint();
    });
    words.addEventListener("keydown", (event) => {
      const parts = ["source", "cue", "content", "condition"];
      if (event.key >= "1" && event.key <= "4") { event.preventDefault(); mark(parts[+event.key - 1]); return; }
      const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 12, ArrowUp: -12 }[event.key];
      if (!move) return;
      event.preventDefault();
      const blank = (w) => !(groups.get(w) || []).some((span) => span.textContent.trim());
      let next = to === null ? 0 : Math.max(0, Math.min(last, to + move));
      while (next > 0 && next < last && blank(next)) next += Math.sign(move);
      to = next;
      if (!event.shiftKey || from === null) from = next;
      paint();
      groups.get(next)[0].scrollIntoView({ block: "nearest" });
    });
    all("[data-part]").forEach((button) => button.addEventListener("click", () => mark(button.dataset.part)));
    all("[data-clear]").forEach((button) => button.addEventListener("click", () => { const input = document.querySelector(`[data-ranges="${button.dataset.clear}"]`); input.value = ""; input.dataset.fresh = "1"; read(); }));
    all("[data-ranges]").forEach((input) => input.addEventListener("input", read));
    read();
    const first = words.querySelector(".m-content, .m-source");
    if (first) words.scrollTop = Math.max(0, first.offsetTop - words.offsetTop - 60);
  }

  // Coding in the article: words that are selected, or a statement that is chosen, open a form beside them.
  const bench = document.querySelector("#text[data-form]"), pop = byId("pop");
  if (bench && pop) {
    let near = null;
    const shut = () => { pop.hidden = true; pop.replaceChildren(); };
    const place = () => {
      const box = near || bench.getBoundingClientRect(), wide = Math.min(430, innerWidth - 24);
      pop.style.width = wide + "px";
      pop.style.left = Math.max(12, Math.min(box.left, innerWidth - wide - 24)) + scrollX + "px";
      pop.style.top = box.bottom + scrollY + 8 + "px";
    };
    const wordAt = (node) => {
      const found = (node.nodeType === 3 ? node.parentElement : node).closest("[data-w]");
      return found && bench.contains(found) ? +found.dataset.w : null;
    };
    bench.addEventListener("mouseup", () => {
      const chosen = getSelection();
      if (!chosen || chosen.isCollapsed) return;
      const a = wordAt(chosen.anchorNode), b = wordAt(chosen.focusNode);
      if (a === null || b === null) return;
      near = chosen.getRangeAt(0).getBoundingClientRect();
      htmx.ajax("GET", `${bench.dataset.form}?words=${Math.min(a, b)}-${Math.max(a, b)}`, { target: "#pop", swap: "innerHTML" });
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.target !== pop) return;
      const elt = event.detail.requestConfig && event.detail.requestConfig.elt;
      if (elt && elt.classList.contains("edit-here")) near = elt.getBoundingClientRect();
      pop.hidden = false;
      place();
      const stance = pop.querySelector("input[name=stance]:checked") || pop;
      stance.focus({ preventScroll: true });
      if (pop.getBoundingClientRect().bottom > innerHeight) pop.scrollIntoView({ block: "nearest" });
    });
    pop.addEventListener("click", (event) => { if (event.target.closest("#pop-close")) shut(); });
    pop.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { shut(); return; }
      const digit = !event.target.matches("input:not([type=radio]), select") && pop.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
      if (digit) { digit.checked = true; digit.focus(); event.preventDefault(); }
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, #pop")) return;
      const items = all("[data-for]");
      const at = items.findIndex((item) => item.contains(document.activeElement));
      if (event.key === "j" || event.key === "k") {
        const next = items[event.key === "j" ? Math.min(items.length - 1, at + 1) : Math.max(0, at - 1)];
        if (next) { next.focus(); light([next.dataset.for]); event.preventDefault(); }
      } else if (event.key === "e" && at >= 0) items[at].querySelector(".edit-here").click();
    });
  }

  // A view is saved as it is now: parts of the page may have been exchanged since it was loaded.
  document.addEventListener("submit", (event) => {
    const held = event.target.closest(".save-view") && event.target.querySelector("input[name=address]");
    if (held) held.value = location.pathname + location.search;
  });

  // A form that was changed is not left without a question.
  let changed = false;
  document.addEventListener("input", (event) => { if (event.target.closest("[data-guard]")) changed = true; });
  document.addEventListener("submit", () => { changed = false; });
  addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });

  all("[data-print]").forEach((button) => button.addEventListener("click", () => print()));
  all("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(byId(button.dataset.copy).textContent);
    button.textContent = "Copied";
  }));

  // The keys of this program, and the way to the search.
  const help = byId("help");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "?") { event.preventDefault(); if (help.open) help.close(); else help.showModal(); }
    else if (event.key === "/") { const find = document.querySelector(".find input"); if (find) { event.preventDefault(); find.focus(); } }
  });
})();
