
"use strict";
(() => {
  const calls = [...document.querySelectorAll("details.call > summary")];
  const dialog = document.getElementById("keys");
  const footer = document.getElementById("keys-button");
  const choice = dialog.querySelector("input");

  const show = () => (dialog.open ? dialog.close() : dialog.showModal());
  footer.hidden = false;
  footer.querySelector("button").addEventListener("click", show);
  dialog.querySelector("button").addEventListener("click", show);

  // From a call to its neighbour; from elsewhere to the nearest call in that direction.
  const move = (step) => {
    const at = calls.indexOf(document.activeElement);
    let next = calls[at + step];
    if (at < 0) {
      const from = document.activeElement;
      const after = calls.filter(
        (call) => from.compareDocumentPosition(call) & Node.DOCUMENT_POSITION_FOLLOWING,
      );
      next = step > 0 ? after[0] : calls[calls.length - after.length - 1];
      if (from === document.body) next = step > 0 ? calls[0] : calls.at(-1);
    }
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
  };

  const toggleAll = () => {
    const isOpen = calls.every((call) => call.parentElement.open);
    calls.forEach((call) => (call.parentElement.open = !isOpen));
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnCall = calls.includes(document.activeElement);
    const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (isArrow ? !isOnCall : !choice.checked) return;
    if (dialog.open && event.key !== "?") return;
    const actions = {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      a: toggleAll,
      "?": show,
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
