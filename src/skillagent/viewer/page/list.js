// The same graph as a list: maps with what belongs to them, for those who do not see the picture.

import { count, el } from "./dom.js";
import { titleOf } from "./scene.js";

/**
 * @param {import("./model.js").Model} model
 * @param {(id: string) => void} open
 */
export function graphList(model, open) {
  const element = el("div", { class: "list", tabindex: "-1", role: "region", "aria-label": "List of the graph", hidden: true });

  /** @param {import("./model.js").GraphMap} map */
  function mapPart(map) {
    const inner = el("div", {});
    const details = el(
      "details",
      {
        // What is inside is made when it is opened: a graph may have very many nodes.
        ontoggle: () => {
          if (details.open && !inner.childElementCount) inner.append(...contents(map));
        },
      },
      el("summary", {}, titleOf(model, map), " ", el("span", { class: "number" }, count(map.nodes, "node"))),
      inner,
    );
    return details;
  }

  /** @param {import("./model.js").GraphMap} map */
  function contents(map) {
    const members = model.members.get(map.id) ?? [];
    const leaves = members.filter((node) => !model.maps.has(node.id));
    const own = map.id ? [model.nodes.get(map.id)] : [];
    const items = [...own, ...leaves].map((node) =>
      el("li", {}, el("button", { type: "button", class: "to-node", onclick: () => open(node.id) }, node.title), node.description && el("p", {}, node.description)),
    );
    const maps = [...model.maps.values()].filter((one) => one.id && one.parent === map.id && map.id);
    return [el("ul", {}, ...items), ...maps.map(mapPart)];
  }

  const outermost = [...model.maps.values()].filter((map) => !map.parent);
  const parts = outermost.map(mapPart);
  element.append(...(parts.length ? parts : [el("p", {}, "This graph has no nodes.")]));
  if (parts[0]) parts[0].open = true;
  return element;
}
