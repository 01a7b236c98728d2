// Search over id, title and description, as a list below the field.

import { count, el, plain } from "./dom.js";

const MOST = 30;

/**
 * Nodes with all words of a query, the best first: those in titles before those in descriptions.
 * @param {import("./model.js").Model} model
 * @param {string} query
 */
export function searched(model, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const hits = [];
  for (const node of model.nodes.values()) {
    const title = node.title.toLowerCase();
    const id = node.id.toLowerCase();
    const description = node.description.toLowerCase();
    let score = title === query.toLowerCase().trim() ? 100 : 0;
    for (const word of words) {
      const points = pointsOf(word, title, id, description);
      if (!points) {
        score = -1;
        break;
      }
      score += points;
    }
    if (score > 0) hits.push({ node, score: score + (node.kind === "node" ? 0 : 1) });
  }
  hits.sort((a, b) => b.score - a.score || (a.node.id < b.node.id ? -1 : 1));
  return hits.map((hit) => hit.node);
}

/**
 * @param {string} word
 * @param {string} title
 * @param {string} id
 * @param {string} description
 */
function pointsOf(word, title, id, description) {
  const at = title.indexOf(word);
  if (at === 0) return 12;
  if (at > 0) return /\s/.test(title[at - 1]) ? 9 : 6;
  if (id.includes(word)) return 5;
  return description.includes(word) ? 2 : 0;
}

/**
 * The field with its list.
 * @param {import("./model.js").Model} model
 * @param {(id: string) => void} open
 */
export function searchField(model, open) {
  const list = el("ul", { id: "hits", role: "listbox", "aria-label": "Found nodes", hidden: true });
  const field = el("input", {
    type: "search",
    id: "search",
    placeholder: "Search titles and descriptions",
    autocomplete: "off",
    spellcheck: false,
    role: "combobox",
    "aria-label": "Search the graph",
    "aria-controls": "hits",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
  });
  const said = el("p", { class: "hint", role: "status" });
  let hits = /** @type {import("./model.js").GraphNode[]} */ ([]);
  let chosen = 0;

  function show() {
    const every = searched(model, field.value);
    hits = every.slice(0, MOST);
    chosen = 0;
    list.replaceChildren(...hits.map(option));
    list.hidden = !hits.length;
    field.setAttribute("aria-expanded", String(Boolean(hits.length)));
    said.textContent = !field.value.trim()
      ? ""
      : every.length > MOST
        ? `${count(every.length, "node")}; the best ${MOST} are listed`
        : every.length
          ? count(every.length, "node")
          : "No node has these words in its title, id or description";
    choose(0);
  }

  /**
   * @param {import("./model.js").GraphNode} node
   * @param {number} at
   */
  function option(node, at) {
    return el(
      "li",
      { role: "option", id: `hit-${at}`, "aria-selected": "false", onclick: () => take(at) },
      el("span", { class: "hit-title" }, node.title),
      el("span", { class: "hit-id" }, plain(node.id)),
      node.description && el("span", { class: "hit-text" }, node.description),
    );
  }

  /** @param {number} at */
  function choose(at) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = Math.max(0, Math.min(at, hits.length - 1));
    const option = list.children[chosen];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  /** @param {number} at */
  function take(at) {
    const node = hits[at];
    clear();
    if (node) open(node.id);
  }

  function clear() {
    field.value = "";
    show();
  }

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter") take(chosen);
    else if (event.key === "Escape" && field.value) clear();
    else if (event.key === "Escape") field.blur();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { element: el("div", { class: "search", role: "search" }, field, said, list), field };
}
