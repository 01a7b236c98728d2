// What is known of the open node: its text, links in both directions, costs and findings.

import { count, el, fragmentOf, plain } from "./dom.js";
import { titleOf } from "./scene.js";

const MOST_LINKS = 200;
/** @type {Record<string, string>} */
const KINDS = { node: "Node", map: "Map", skill: "Skill" };

/**
 * @param {import("./model.js").Model} model
 * @param {(id: string) => void} open
 * @param {(number: number) => string} colourOf
 */
export function nodePanel(model, open, colourOf) {
  const element = el("article", { class: "node", "aria-labelledby": "node-title" });
  // Buttons in the text are made from the text's HTML, so one listener serves all of them.
  element.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button[data-node]") : null;
    if (button instanceof HTMLElement && model.nodes.has(button.dataset.node ?? "")) open(String(button.dataset.node));
  });

  /** @param {string} id */
  function show(id) {
    const node = model.nodes.get(id);
    const [summary, text] = node.tokens;
    element.replaceChildren(
      path(model, node),
      el("h2", { id: "node-title", tabindex: "-1" }, node.title),
      el(
        "p",
        { class: "facts-line" },
        el("span", { class: "kind" }, swatch(colourOf(model.colour(node))), KINDS[node.kind]),
        el("code", {}, plain(node.id)),
      ),
      ...status(node),
      el("p", { class: "lead" }, node.description || "No description."),
      el(
        "dl",
        { class: "costs" },
        fact("Summary", `${summary.toLocaleString("en")} tokens`),
        fact("Text", `${text.toLocaleString("en")} tokens`),
        fact("Links", String(model.out.get(id).length)),
        fact("Linked from", String(model.into.get(id).length)),
      ),
      ...findings(node),
      part("Text", "text", true, body(model, node)),
      part("Links", "links", true, ...links(model.out.get(id), "target"), model.out.get(id).length),
      part("Linked from", "backlinks", true, ...links(model.into.get(id), "source"), model.into.get(id).length),
    );
    element.scrollTop = 0;
  }

  return { element, show };
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value));
}

/** @param {string} colour */
export function swatch(colour) {
  const element = el("span", { class: "swatch", "aria-hidden": "true" });
  element.style.background = colour;
  return element;
}

/**
 * @param {string} title
 * @param {string} name
 * @param {boolean} open
 * @param {...(Node | string | number)} content a number is shown beside the title
 */
function part(title, name, open, ...content) {
  const number = content.find((one) => typeof one === "number");
  const summary = el("summary", {}, el("h3", {}, title), number !== undefined && el("span", { class: "number" }, String(number)));
  const inner = content.filter((one) => typeof one !== "number").map((one) => /** @type {Node | string} */ (one));
  return el("details", { class: `part part-${name}`, open }, summary, ...inner);
}

/**
 * The maps around a node, from the outermost.
 * @param {import("./model.js").Model} model
 * @param {import("./model.js").GraphNode} node
 */
function path(model, node) {
  const maps = [];
  for (let map = model.maps.get(node.map); map?.id; map = model.maps.get(model.nodes.get(map.id).map)) maps.unshift(map);
  const items = maps.map((map) => el("li", {}, toNode(map.id, titleOf(model, map))));
  if (!items.length) items.push(el("li", {}, node.id === model.entry ? "Entry of the graph" : "In no map"));
  return el("nav", { "aria-label": "Maps around this node", class: "path" }, el("ol", {}, ...items));
}

/**
 * @param {string} id
 * @param {string} title
 */
function toNode(id, title) {
  return el("button", { type: "button", class: "to-node", "data-node": id }, title);
}

/** @param {import("./model.js").GraphNode} node */
function status(node) {
  if (!node.status) return [];
  const next = (node.successors ?? []).flatMap((id) => [" ", toNode(id, plain(id))]);
  const text = `This node is ${node.status}: do not rely on it.`;
  return [el("p", { class: "status" }, text, next.length > 0 && " Read instead:", ...next)];
}

/** @param {import("./model.js").GraphNode} node */
function findings(node) {
  if (!node.findings) return [];
  const items = node.findings.map((one) =>
    el(
      "li",
      { class: one.severity },
      el("strong", {}, `${one.severity} ${one.code}`),
      one.line ? ` line ${one.line}: ` : ": ",
      one.message,
      one.remedy && el("span", { class: "remedy" }, one.remedy),
    ),
  );
  return [part("Findings", "findings", node.findings.some((one) => one.severity !== "info"), el("ul", {}, ...items), items.length)];
}

/**
 * @param {import("./model.js").Model} model
 * @param {import("./model.js").GraphNode} node
 */
function body(model, node) {
  if (node.text === null) return el("p", { class: "hint" }, "The texts are not in this file, because together they are too long.");
  if (!node.text.trim()) return el("p", { class: "hint" }, "This node has no text.");
  const text = el("div", { class: "markdown" }, fragmentOf(node.text));
  for (const button of text.querySelectorAll("button"))
    if (!model.nodes.has(button.dataset.node ?? "")) button.replaceWith(...button.childNodes);
  return text;
}

/**
 * Links, with all sentences in which the node at the other end is named.
 * @param {import("./model.js").Edge[]} edges
 * @param {"source" | "target"} end
 */
function links(edges, end) {
  if (!edges.length) return [el("p", { class: "hint" }, end === "target" ? "It links to no node." : "No node links to it.")];
  /** @type {Map<import("./model.js").GraphNode, import("./model.js").Edge[]>} */
  const byNode = new Map();
  for (const edge of edges) byNode.set(edge[end], [...(byNode.get(edge[end]) ?? []), edge]);
  const items = [...byNode].slice(0, MOST_LINKS).map(([node, reasons]) =>
    el("li", {}, toNode(node.id, node.title), ...reasons.flatMap(reason)),
  );
  const rest = byNode.size - items.length;
  return [el("ul", { class: "reasons" }, ...items), ...(rest > 0 ? [el("p", { class: "hint" }, `${count(rest, "more node")} not listed.`)] : [])];
}

/** @param {import("./model.js").Edge} edge */
function reason(edge) {
  return [
    ...(edge.field ? [el("span", { class: "field" }, edge.field)] : []),
    ...(edge.context ? [el("p", {}, edge.context)] : []),
  ];
}
