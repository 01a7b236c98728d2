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
  ["f", "fit the picture to the window"],
  ["l", "the graph as a list, or as a picture"],
  ["t", "light or dark"],
  ["?", "these keys"],
];

/** The dialog, which the button `Keys` and `?` open. */
export function keysDialog() {
  const rows = KEYS.map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, what)));
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
    if (target?.closest("input, textarea, select, dialog")) return;
    // Enter presses the button that has the focus; arrows scroll what has it, except the picture.
    const isElsewhere = target !== null && target !== document.body && !target.closest(".stage");
    if (event.key === "Enter" && target?.closest("button, summary, a")) return;
    if (event.key.startsWith("Arrow") && isElsewhere) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
