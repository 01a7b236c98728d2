// Recorded runs, drawn on the graph: one step after another, or two runs beside each other.

import { count, el, plain } from "./dom.js";
import { watchKeys } from "./keys.js";
import { callOf, courseOf, nodesOf } from "./walk_state.js";

/** @typedef {import("./walk_state.js").Walk} Walk */
/** @typedef {import("./walk_state.js").Step} Step */

/** Milliseconds for which a step is shown while the steps play. */
const PACE = 1800;
/** Nodes of a step that are named at once; the others are behind a button. */
const MOST_NAMED = 6;
/** Nodes of a run, fewer than which do not fill the picture alone. */
const FEW = 6;
const LEVELS = /** @type {const} */ ([
  ["read", "Read"],
  ["summarised", "Summary of"],
  ["listed", "Listed"],
]);

/**
 * Offer the recorded runs of the file in `api.panelSlot`.
 * @param {import("./view.js").Api} api
 * @param {Walk[]} walks one, or two to compare
 * @param {number} position number of the steps that have been made
 */
export function mountWalks(api, walks, position = 0) {
  return new Walks(api, walks, position);
}

class Walks {
  /**
   * @param {import("./view.js").Api} api
   * @param {Walk[]} walks
   * @param {number} position
   */
  constructor(api, walks, position) {
    this.api = api;
    this.position = 0;
    this.timer = 0;
    this.said = el("p", { class: "said", role: "status", "aria-live": "polite" });
    this.element = el("section", { class: "walks", "aria-label": "Recorded run" });
    api.panelSlot.append(this.element);
    watchKeys({
      "[": () => this.move(-1),
      "]": () => this.move(1),
      Home: () => this.go(0),
      End: () => this.go(this.last),
      " ": () => this.togglePlay(),
    });
    this.set(walks, position);
  }

  /**
   * Show other runs, or the same with more steps.
   * @param {Walk[]} walks
   * @param {number} position
   */
  set(walks, position) {
    this.pause();
    this.walks = walks;
    this.last = Math.max(0, ...walks.map((walk) => walk.steps.length));
    this.build();
    this.api.onReady(() => {
      const { nodes: known, maps } = this.api.model;
      const nodes = nodesOf(walks).filter((id) => known.has(id));
      // A run that has opened little is seen from afar, as a part of the graph.
      if (nodes.length < FEW) nodes.push(...[...maps.keys()].filter((id) => known.has(id)));
      // First the part of the picture that all steps need, so that it can stay where it is.
      if (nodes.length) this.api.highlight({ nodes, edges: [], current: null, dimOthers: true });
      this.go(position);
    });
  }

  build() {
    const { walks } = this;
    const isPair = walks.length > 1;
    document.documentElement.dataset.walks = String(walks.length);
    this.play = el("button", { type: "button", class: "play", onclick: () => this.togglePlay() });
    this.slider = el("input", {
      type: "range",
      min: "0",
      max: String(this.last),
      step: "1",
      "aria-label": "Step",
      oninput: () => this.go(Number(this.slider.value)),
    });
    this.columns = walks.map((walk, at) => new Column(this, walk, isPair ? at + 1 : 0));
    const controls = el(
      "div",
      { class: "walk-controls", role: "group", "aria-label": "Steps of the run" },
      button("|◀", "To the beginning (Home)", () => this.go(0)),
      button("◀", "Step back ([)", () => this.move(-1)),
      this.play,
      button("▶", "Next step (])", () => this.move(1)),
      button("▶|", "To the last step (End)", () => this.go(this.last)),
      this.slider,
    );
    this.element.replaceChildren(
      el("h2", {}, plain(walks[0]?.question || walks[0]?.name || "A run")),
      ...(isPair ? [el("p", { class: "parting" }, walks[0].parting ? plain(walks[0].parting.words) : "Both runs are equal, event by event.")] : []),
      controls,
      el("div", { class: "walk-columns" }, ...this.columns.map((column) => column.element)),
      key(isPair),
      this.said,
    );
    this.showPlay();
  }

  /** @param {number} by */
  move(by) {
    this.pause();
    this.go(this.position + by);
  }

  /** @param {number} position number of the steps that were made */
  go(position) {
    this.position = Math.max(0, Math.min(position, this.last));
    const { position: at, walks } = this;
    const course = courseOf(walks, at);
    const nodes = [...course.marks.keys()].filter((id) => this.api.model.nodes.has(id));
    this.api.highlight({ nodes, edges: [], current: null, dimOthers: true, course, stays: true });
    for (const column of this.columns) column.show(at);
    const words = this.columns.map((column) => column.words(at)).join(" ");
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", words);
    this.element.classList.toggle("parted", walks.some((walk) => walk.parting !== null && at >= (walk.parting.step ?? walk.steps.length + 1)));
    this.said.textContent = words;
    if (at === this.last) this.pause();
  }

  togglePlay() {
    if (this.timer) {
      this.pause();
      return;
    }
    if (this.position === this.last) this.go(0);
    this.timer = window.setInterval(() => this.go(this.position + 1), PACE);
    this.showPlay();
  }

  pause() {
    if (!this.timer) return;
    window.clearInterval(this.timer);
    this.timer = 0;
    this.showPlay();
  }

  showPlay() {
    this.play.textContent = this.timer ? "Pause" : "Play";
    this.play.title = this.timer ? "Pause (Space)" : "Play the steps (Space)";
  }
}

/** One run: its budget, the step where it is, and all its steps. */
class Column {
  /**
   * @param {Walks} owner
   * @param {Walk} walk
   * @param {number} number of the run; 0 if there is only one
   */
  constructor(owner, walk, number) {
    this.owner = owner;
    this.walk = walk;
    this.number = number;
    this.total = Math.max(1, walk.budget, ...walk.steps.map((step) => step.left + step.cost));
    this.left = el("div", { class: "left" });
    this.spent = el("div", { class: "now" });
    this.tokens = el("p", { class: "tokens" });
    this.meter = el("div", { class: "budget", role: "meter", "aria-label": number ? `Budget of run ${number}` : "Budget", "aria-valuemin": "0", "aria-valuemax": String(this.total) }, this.left, this.spent);
    this.card = el("div", { class: "step-card" });
    this.items = walk.steps.map((step) => this.item(step));
    this.list = el("ol", { class: "steps", "aria-label": number ? `Steps of run ${number}` : "Steps" }, ...this.items);
    const name = number ? el("h3", { class: `run run-${number}` }, `Run ${number}`, el("span", { class: "number" }, plain(walk.name))) : null;
    this.element = el("div", { class: "walk" }, name, this.meter, this.tokens, this.card, this.list, ...(walk.omitted ? [el("p", { class: "hint" }, plain(walk.omitted))] : []));
  }

  /** @param {Step} step */
  item(step) {
    const at = this.walk.steps.indexOf(step) + 1;
    const parts = this.walk.parting?.step === step.number;
    return el(
      "li",
      { class: [parts && "parts", step.refused && "refused"].filter(Boolean).join(" ") || undefined },
      el(
        "button",
        { type: "button", onclick: () => (this.owner.pause(), this.owner.go(at)) },
        el("span", { class: "step-number" }, String(step.number)),
        el("span", { class: "step-call", title: plain(step.arguments) }, el("code", {}, plain(step.operation)), " ", plain(shortIn(step))),
        el("span", { class: "number" }, step.refused ? "refused" : number(step.cost)),
      ),
    );
  }

  /** @param {number} position */
  show(position) {
    const { walk } = this;
    const at = Math.min(position, walk.steps.length);
    const step = walk.steps[at - 1];
    const left = step ? step.left : Math.max(walk.budget, (walk.steps[0]?.left ?? 0) + (walk.steps[0]?.cost ?? 0));
    this.left.style.width = `${(100 * left) / this.total}%`;
    this.spent.style.width = `${step ? (100 * step.cost) / this.total : 0}%`;
    this.meter.setAttribute("aria-valuenow", String(left));
    const text = `${number(left)} of ${number(this.total)} tokens left`;
    this.meter.setAttribute("aria-valuetext", text);
    this.tokens.replaceChildren(el("strong", {}, number(left)), ` of ${number(this.total)} tokens left`, ...(step && step.cost ? [el("span", { class: "paid" }, `−${number(step.cost)}`)] : []));
    this.items.forEach((item, index) => {
      item.classList.toggle("done", index < at - 1);
      const button = item.firstElementChild;
      if (index === at - 1) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    reveal(this.list, this.items[at - 1] ?? this.items[0]);
    this.card.replaceChildren(...this.details(step, position));
  }

  /**
   * @param {Step | undefined} step
   * @param {number} position
   */
  details(step, position) {
    const { walk } = this;
    if (!step) return [el("p", { class: "hint" }, walk.steps.length ? "Before the first step." : "This run made no step.", ...(walk.steps.length ? [] : [" ", plain(walk.outcome)]))];
    const isOver = position >= walk.steps.length;
    return [
      ...step.before.map((text) => el("p", { class: "before" }, plain(text))),
      el(
        "p",
        { class: "call" },
        el("span", { class: "step-of" }, `Step ${step.number} of ${walk.steps.at(-1).number}`),
        el("code", {}, plain(step.operation)),
        " ",
        plain(step.arguments),
        step.refused && el("strong", { class: "refusal" }, " refused"),
      ),
      ...(step.remark ? [el("p", { class: "remark" }, plain(step.remark))] : []),
      ...this.nodes(step),
      ...(isOver ? this.ending() : []),
    ];
  }

  /**
   * What the step disclosed, and how the agent came there.
   * @param {Step} step
   */
  nodes(step) {
    const arrivals = new Map(step.arrivals.map((arrival) => [arrival.node, arrival]));
    return LEVELS.filter(([level]) => step[level].length).map(([level, word]) => {
      const named = step[level].slice(0, MOST_NAMED);
      const rest = step[level].slice(MOST_NAMED);
      const list = el("ul", {}, ...named.map((id) => this.node(id, arrivals.get(id), level)));
      const more = rest.length
        ? el("button", { type: "button", class: "more", onclick: () => (list.append(...rest.map((id) => this.node(id, arrivals.get(id), level))), more.remove()) }, `${count(rest.length, "more node")}`)
        : null;
      return el("div", { class: `disclosed ${level}` }, el("h4", {}, word), list, more);
    });
  }

  /**
   * @param {string} id
   * @param {import("./walk_state.js").Arrival | undefined} arrival
   * @param {string} level
   */
  node(id, arrival, level) {
    const known = this.owner.api.model.nodes.get(id);
    const remark = Object.hasOwn(this.walk.remarks, id) ? this.walk.remarks[id] : "";
    return el(
      "li",
      {},
      known ? el("button", { type: "button", class: "to-node", onclick: () => this.owner.api.open(id) }, known.title) : el("span", { class: "gone" }, plain(id)),
      ...(remark && level !== "listed" ? [el("span", { class: "changed" }, ` ${plain(remark)}`)] : []),
      ...(arrival ? this.arrival(arrival) : []),
    );
  }

  /** @param {import("./walk_state.js").Arrival} arrival */
  arrival({ from, step, why }) {
    const title = this.owner.api.model.nodes.get(from)?.title ?? plain(from);
    if (from)
      return [el("p", { class: "why" }, `by the link in ${title}${step ? `, shown at step ${step}` : ""}`, why && el("q", {}, plain(why)))];
    return [el("p", { class: "why" }, step ? `no link: step ${step} listed it` : "no link: the agent named it")];
  }

  ending() {
    const { walk } = this;
    return [
      ...(walk.answer ? [el("details", { class: "answer", open: true }, el("summary", {}, "Answer"), el("p", {}, plainLines(walk.answer)))] : []),
      ...(walk.outcome ? [el("p", { class: "hint" }, plain(walk.outcome))] : []),
    ];
  }

  /**
   * The step in a sentence, for those who hear it.
   * @param {number} position
   */
  words(position) {
    const { walk, number: run } = this;
    const step = walk.steps[position - 1];
    const who = run ? `Run ${run}: ` : "";
    if (!step) return position ? `${who}it has ended.` : `${who}before the first of ${count(walk.steps.length, "step")}.`;
    const did = step.refused ? "refused" : `${number(step.cost)} tokens`;
    return `${who}step ${step.number} of ${walk.steps.at(-1).number}: ${plain(callOf(step))}, ${did}, ${number(step.left)} left.`;
  }
}

/** @param {boolean} isPair */
function key(isPair) {
  const item = (/** @type {string} */ kind, /** @type {string} */ text) => el("li", {}, el("span", { class: `mark ${kind}`, "aria-hidden": "true" }), text);
  return el(
    "ul",
    { class: "walk-key", "aria-label": "Marks in the picture" },
    item("listed", "listed"),
    item("summarised", "summary"),
    item("read", "text read"),
    item("link", "link followed"),
    item("jump", "no link"),
    ...(isPair ? [item("run-1", "run 1"), item("run-2", "run 2"), item("run-both", "both")] : []),
  );
}

/**
 * @param {string} text
 * @param {string} name
 * @param {() => void} act
 */
function button(text, name, act) {
  return el("button", { type: "button", "aria-label": name, title: name, onclick: act }, text);
}

/**
 * The arguments of a step for a short row: of ids that are paths, only the last name.
 * @param {import("./walk_state.js").Step} step
 */
function shortIn(step) {
  return step.operation.startsWith("read_") ? step.arguments.replace(/[^\s,]*\//gu, "…/") : step.arguments;
}

/** @param {number} value */
function number(value) {
  return value.toLocaleString("en");
}

/** @param {string} text */
function plainLines(text) {
  return text.split("\n").map(plain).join("\n");
}

/**
 * Scroll a list so that an item is seen, and nothing but the list.
 * @param {HTMLElement} list
 * @param {HTMLElement | undefined} item
 */
function reveal(list, item) {
  if (!item) return;
  const [top, bottom] = [item.offsetTop, item.offsetTop + item.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
}
