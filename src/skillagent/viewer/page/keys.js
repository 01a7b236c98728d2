// The keys of the page, and the dialog that explains them.

import { el } from "./dom.js";

const KEYS = [
  ["/", "search"],
  ["← ↑ → ↓", "go to the neighbour in that direction"],
  ["Enter", "open the neighbour"],
  ["Esc", "back to the node before"],
  ["1 2 3", "draw the links within so many steps"],
  ["0", "draw all links"],
  ["+ −", "closer, farther"],
  ["f", "fit the whole graph to the window"],
  ["l", "the graph as a list, or as a picture"],
  ["t", "light or dark"],
  ["?", "these keys"],
];

const WALK_KEYS = [
  ["[ ]", "the step before, the next step"],
  ["Home End", "before the first step, to the last one"],
  ["Space", "play the steps, or pause"],
];

/**
 * The dialog, which the button `Keys` and `?` open.
 * @param {boolean} hasWalks whether a run can be stepped through
 */
export function keysDialog(hasWalks) {
  const rows = [...KEYS, ...(hasWalks ? WALK_KEYS : [])].map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)));
  const dialog = el(
    "dialog",
    { "aria-labelledby": "keys-title" },
    el("h2", { id: "keys-title" }, "Keys"),
    el("dl", { class: "keys" }, ...rows),
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  );
  return dialog;
}

/**
 * Call an action for each key that is pressed outside a field.
 * @param {Record<string, (event: KeyboardEvent) => void>} actions
 */
export function watchKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest("input, textarea, select, dialog[open]")) return;
    // Enter and Space press the button that has the focus; arrows scroll what has it, except the
    // picture; Home and End, too, except the steps of a run.
    const isElsewhere = (/** @type {string} */ places) => target !== null && target !== document.body && !target.closest(places);
    if ((event.key === "Enter" || event.key === " ") && target?.closest("button, summary, a")) return;
    if (event.key.startsWith("Arrow") && isElsewhere(".stage")) return;
    if ((event.key === "Home" || event.key === "End") && isElsewhere(".stage, .slot")) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
