// The view: its state, and how its parts act on each other.

import { count, el } from "./dom.js";
import { drawingIn } from "./drawing.js";
import { isEmbedded } from "./host.js";
import { keysDialog, watchKeys } from "./keys.js";
import { graphList } from "./list.js";
import { boundsOf } from "./looks.js";
import { COLOURS, modelOf } from "./model.js";
import { nodePanel, swatch } from "./panel.js";
import { sceneOf, titleOf } from "./scene.js";
import { searchField } from "./search.js";
import { colours, watchTheme } from "./theme.js";
import { DIRECTIONS, inDirection } from "./walking.js";

/**
 * @typedef {object} Highlight
 * @property {string[]} nodes
 * @property {[string, string][]} edges
 * @property {string | null} current
 * @property {boolean} dimOthers
 * @property {import("./walk_state.js").Course} [course] of recorded runs, to be painted over the picture
 * @property {boolean} [stays] whether the picture stays where it is; otherwise it moves to the nodes
 */
/** @type {Highlight} */
const NOTHING = { nodes: [], edges: [], current: null, dimOthers: false };

/** CSS pixels that are free at the upper and the lower edge, at least. */
const EDGE = 40;

/**
 * @typedef {object} Api what other parts of the page may do with the view
 * @property {(id: string) => void} open show a node in the panel and in the picture
 * @property {(highlight: Highlight) => void} highlight emphasise nodes and links
 * @property {() => void} clearHighlight
 * @property {HTMLElement} panelSlot a place below the search
 * @property {import("./model.js").Model} model
 * @property {(theme: "light" | "dark") => void} setTheme
 * @property {(callback: () => void) => void} onReady called once the first picture is drawn
 */

/**
 * @param {import("./model.js").Data} data
 * @param {HTMLElement} container
 * @returns {Api}
 */
export function createView(data, container) {
  return new View(modelOf(data), container).api();
}

class View {
  /**
   * @param {import("./model.js").Model} model
   * @param {HTMLElement} container
   */
  constructor(model, container) {
    this.model = model;
    /** @type {import("./scene.js").State} */
    this.state = { open: null, depth: 1, opened: new Set(model.entry === null ? [] : [model.entry]), highlight: null };
    /** The neighbour that the arrow keys have reached. */
    this.cursor = /** @type {string | null} */ (null);
    this.scene = /** @type {import("./scene.js").Scene | null} */ (null);
    /** @type {(() => void)[]} */
    this.waiting = [];
    this.isReady = false;
    this.steps = 0;
    this.build(container);
    this.theme = watchTheme(() => this.coloursChanged());
    this.watch();
    this.follow();
    this.whenDrawn(() => this.ready());
  }

  /** @returns {Api} */
  api() {
    return {
      open: (id) => this.open(id),
      highlight: (highlight) => this.setHighlight(highlight),
      clearHighlight: () => this.setHighlight(null),
      panelSlot: this.slot,
      model: this.model,
      setTheme: (theme) => this.theme.set(theme),
      onReady: (callback) => {
        if (this.isReady) callback();
        else this.waiting.push(callback);
      },
    };
  }

  /** @param {HTMLElement} container */
  build(container) {
    const { model } = this;
    this.search = searchField(model, (id) => {
      this.open(id);
      (this.list.hidden ? this.stage : this.list).focus(); // so that the next keys are not text
    });
    this.panel = nodePanel(model, (id) => this.open(id), (number) => colours().map(number));
    this.slot = el("div", { class: "slot" });
    this.stage = el("div", {
      class: "stage",
      tabindex: "0",
      role: "group",
      "aria-roledescription": "picture of the graph",
      "aria-label": `${count(model.nodes.size, "node")} and ${count(model.edges.length, "link")}. Arrow keys go to neighbours, Enter opens one, l shows a list.`,
    });
    this.list = graphList(model, (id) => this.open(id));
    this.said = el("p", { class: "said", role: "status" });
    this.remarks = el("ul", { class: "remarks", "aria-label": "What is not drawn" });
    this.legend = el("ul", { class: "legend", "aria-label": "Colours of maps" });
    const isWide = window.innerWidth > 900;
    this.colours = el("details", { class: "colours", open: isWide, ontoggle: () => this.fit() }, el("summary", {}, "Colours"), this.legend);
    this.dialog = keysDialog(Boolean(model.data.walks) || isEmbedded());
    this.depths = el("div", { class: "depths", role: "group", "aria-label": "Links that are drawn" }, ...this.depthButtons());
    const picture = el(
      "section",
      { class: "picture", "aria-label": "Picture" },
      this.stage,
      this.list,
      el("div", { class: "tools" }, this.depths, this.tools()),
      el("div", { class: "below" }, this.remarks, this.colours),
    );
    const side = el("section", { class: "side", "aria-label": "Node" }, this.search.element, this.slot, this.panel.element);
    container.replaceChildren(side, picture, this.said, this.dialog);
    this.draw();
    this.fillLegend();
  }

  /** Make the drawing; without any, the list takes its place. */
  draw() {
    this.drawing = drawingIn(this.stage, boundsOf(this.corners()), {
      colours,
      moves: () => this.isReady && !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      onNode: (id) => this.open(id),
      onGround: (x, y) => this.openArea(x, y),
      covers: () => this.covers(),
    });
    document.documentElement.dataset.drawing = this.drawing?.kind ?? "list";
    if (this.drawing?.kind === "canvas") this.lasting = "This browser has no WebGL, so the picture is drawn more slowly.";
    if (!this.drawing) {
      this.lasting = "This browser cannot draw the picture: here is the graph as a list.";
      this.showList(true);
    }
  }

  /** Corners around every map. */
  corners() {
    const corners = this.model.data.maps.flatMap(({ at, radius }) => [
      /** @type {[number, number]} */ ([at[0] - radius, at[1] - radius]),
      /** @type {[number, number]} */ ([at[0] + radius, at[1] + radius]),
    ]);
    return corners.length ? corners : /** @type {[number, number][]} */ ([[-1, -1], [1, 1]]);
  }

  depthButtons() {
    const names = ["All", "1", "2", "3"];
    return [1, 2, 3, 0].map((depth) =>
      el(
        "button",
        {
          type: "button",
          "data-depth": depth,
          "aria-pressed": "false",
          title: depth ? `Links within ${count(depth, "step")} of the open node` : "All links",
          onclick: () => this.setDepth(depth),
        },
        depth === 1 ? "1 step" : depth ? `${names[depth]} steps` : "All",
      ),
    );
  }

  tools() {
    const button = (/** @type {string} */ text, /** @type {string} */ name, /** @type {() => void} */ act) =>
      el("button", { type: "button", "aria-label": name, title: name, onclick: act }, text);
    this.listButton = el("button", { type: "button", "aria-pressed": "false", onclick: () => this.showList(Boolean(this.list.hidden)) }, "List");
    this.group = el(
      "div",
      { class: "group", role: "group", "aria-label": "Picture" },
      button("+", "Closer", () => this.drawing?.zoom(1.4)),
      button("−", "Farther", () => this.drawing?.zoom(1 / 1.4)),
      button("Fit", "The whole graph", () => this.fitWhole()),
      this.listButton,
      button("◐", "Light or dark", () => this.theme.toggle()),
      button("?", "Keys", () => this.dialog.showModal()),
    );
    return this.group;
  }

  fillLegend() {
    const { model } = this;
    const shades = colours();
    const named = model.tops.slice(0, COLOURS);
    const rest = model.tops.length - named.length;
    this.legend.replaceChildren(
      ...named.map((map) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", onclick: () => this.open(map.id) },
            swatch(shades.map(model.colour(model.nodes.get(map.id)))),
            el("span", {}, titleOf(model, map)),
            el("span", { class: "number" }, map.nodes.toLocaleString("en")),
          ),
        ),
      ),
      rest > 0 ? el("li", { class: "other" }, `${count(rest, "more map")} in these colours`) : "",
      el("li", { class: "other" }, swatch(shades.map(-1)), "Entry, and nodes in no map"),
    );
  }

  watch() {
    window.addEventListener("hashchange", () => this.follow());
    const walk = (/** @type {KeyboardEvent} */ event) => this.walk(DIRECTIONS[event.key]);
    watchKeys({
      "/": () => this.search.field.focus(),
      "?": () => this.dialog.showModal(),
      ArrowLeft: walk,
      ArrowRight: walk,
      ArrowUp: walk,
      ArrowDown: walk,
      Enter: () => this.cursor && this.open(this.cursor),
      Escape: () => this.back(),
      1: () => this.setDepth(1),
      2: () => this.setDepth(2),
      3: () => this.setDepth(3),
      0: () => this.setDepth(0),
      "+": () => this.drawing?.zoom(1.4),
      "=": () => this.drawing?.zoom(1.4),
      "-": () => this.drawing?.zoom(1 / 1.4),
      f: () => this.fitWhole(),
      l: () => this.showList(Boolean(this.list.hidden)),
      t: () => this.theme.toggle(),
    });
  }

  /** Show the node that the address names, else the entry. */
  follow() {
    const named = idIn(location.hash);
    const id = this.model.nodes.has(named) ? named : (this.model.entry ?? [...this.model.nodes.keys()][0]);
    if (id !== undefined) this.show(id);
    else this.refresh();
  }

  /** @param {string} id */
  open(id) {
    if (!this.model.nodes.has(id)) return;
    if (id === this.state.open) this.fit();
    else {
      this.steps += 1;
      location.hash = encodeURIComponent(id); // the browser then calls `follow`
    }
  }

  back() {
    if (this.cursor !== null) {
      this.cursor = null;
      this.refresh();
    } else if (this.steps > 0) {
      this.steps -= 1;
      history.back();
    }
  }

  /** @param {string} id */
  show(id) {
    this.state.open = id;
    this.cursor = null;
    this.openMapsAround(id);
    const hadFocus = this.panel.element.contains(document.activeElement);
    this.panel.show(id);
    if (hadFocus) this.panel.element.querySelector("h2")?.focus();
    document.title = `${this.model.nodes.get(id).title} – ${this.model.data.name}`;
    this.refresh();
    this.fit();
    this.say(`${this.model.nodes.get(id).title} is open; ${count(this.model.neighbours.get(id).length, "neighbour")}.`);
  }

  /**
   * Let the nodes of a map, and of those around it, be drawn one by one.
   * @param {string} id of the map or of a node in it
   */
  openMapsAround(id) {
    const { maps, nodes } = this.model;
    for (let map = maps.get(id) ?? maps.get(nodes.get(id)?.map ?? ""); map; map = map.parent ? maps.get(map.parent) : undefined)
      this.state.opened.add(map.id);
  }

  /** Draw what the state says. */
  refresh() {
    const { open, highlight } = this.state;
    const state = this.cursor === null ? this.state : { ...this.state, highlight: this.cursorHighlight(String(open), this.cursor, highlight) };
    this.scene = sceneOf(this.model, state);
    this.drawing?.show(this.scene);
    const remarks = [...this.scene.remarks, ...(this.lasting ? [this.lasting] : []), ...this.model.data.remarks];
    this.remarks.replaceChildren(...remarks.map((text) => el("li", {}, text)));
    for (const button of this.depths.children)
      button.setAttribute("aria-pressed", String(Number(/** @type {HTMLElement} */ (button).dataset.depth) === this.state.depth));
  }

  /**
   * @param {string} open
   * @param {string} cursor
   * @param {Highlight | null} highlight what is emphasised besides
   * @returns {Highlight}
   */
  cursorHighlight(open, cursor, highlight) {
    const { nodes, edges, dimOthers, course } = highlight ?? NOTHING;
    const isOut = this.model.out.get(open)?.some((edge) => edge.target.id === cursor);
    /** @type {[string, string]} */
    const reached = isOut ? [open, cursor] : [cursor, open];
    return { nodes: [...nodes, cursor], edges: [...edges, reached], current: cursor, dimOthers, course };
  }

  fit() {
    const points = (this.scene?.focus ?? []).map((id) => this.model.nodes.get(id).at);
    if (points.length && this.list.hidden) this.drawing?.fit(points, this.covered());
  }

  fitWhole() {
    if (this.list.hidden) this.drawing?.fit(this.corners(), this.covered(16));
  }

  /**
   * How far the tools, the legend and labels reach into the picture.
   * @param {number} labels CSS pixels beside the outermost nodes
   */
  covered(labels = Math.min(110, this.stage.clientWidth * 0.16)) {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const { top, bottom } = this.stage.getBoundingClientRect();
    const legend = this.colours.open && width > 640 ? this.colours.offsetWidth * 0.8 : 0;
    const reaches = (/** @type {number} */ pixels) => Math.min(Math.max(EDGE, pixels + 16), height * 0.2);
    return {
      left: labels + legend,
      right: labels,
      top: reaches(this.group.getBoundingClientRect().bottom - top),
      bottom: reaches(this.remarks.childElementCount ? bottom - this.remarks.getBoundingClientRect().top : 0),
    };
  }

  /** Where no label shall be, because something lies above the picture. */
  covers() {
    const { left, top } = this.stage.getBoundingClientRect();
    return [this.depths, this.group, this.colours, ...this.remarks.children].map((element) => {
      const box = element.getBoundingClientRect();
      return { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
    });
  }

  /** @param {number} depth */
  setDepth(depth) {
    this.state.depth = depth;
    this.refresh();
    this.fit();
    this.say(depth ? `Links within ${count(depth, "step")}.` : "All links.");
  }

  /** @param {Highlight | null} highlight */
  setHighlight(highlight) {
    this.state.highlight = highlight;
    this.refresh();
    if (highlight && !highlight.stays) this.fit();
  }

  /** @param {[number, number]} direction */
  walk(direction) {
    const { open } = this.state;
    if (!this.drawing || open === null || !this.list.hidden) return;
    const { drawing, model } = this;
    const neighbours = model.neighbours.get(open).map((id) => ({ id, ...drawing.project(model.nodes.get(id).at) }));
    const from = drawing.project(model.nodes.get(this.cursor ?? open).at);
    const next = inDirection(from, neighbours.filter((one) => one.id !== this.cursor), direction);
    if (next === null) return;
    this.cursor = next;
    this.refresh();
    this.say(`${model.nodes.get(next).title}: Enter opens it.`);
  }

  /**
   * Open the closed map at a point, if there is one.
   * @param {number} x
   * @param {number} y
   */
  openArea(x, y) {
    const { drawing } = this;
    if (!drawing || !this.scene) return;
    const closed = this.scene.areas.filter((area) => {
      const at = drawing.project(area.map.at);
      return area.closed && Math.hypot(at.x - x, at.y - y) <= area.map.radius * drawing.scale();
    });
    const area = closed.at(-1);
    if (!area) return;
    if (area.map.id) this.open(area.map.id);
    else {
      this.state.opened.add(area.map.id);
      this.refresh();
      this.say(`${area.title} is open.`);
    }
  }

  /** @param {boolean} shown */
  showList(shown) {
    this.list.hidden = !shown;
    this.stage.hidden = shown;
    this.listButton?.setAttribute("aria-pressed", String(shown));
    if (shown) this.list.focus();
  }

  coloursChanged() {
    this.fillLegend();
    if (this.state.open !== null) this.panel.show(this.state.open);
    this.refresh();
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
  }

  /** @param {() => void} callback */
  whenDrawn(callback) {
    requestAnimationFrame(() => requestAnimationFrame(callback));
  }

  ready() {
    this.isReady = true;
    performance.mark("skillagent-ready");
    document.documentElement.dataset.ready = "true";
    for (const callback of this.waiting) callback();
  }
}

/** @param {string} hash */
function idIn(hash) {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return hash.slice(1);
  }
}
