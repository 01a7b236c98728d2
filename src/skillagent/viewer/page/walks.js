// Recorded runs, drawn on the graph.

/**
 * Offer the recorded runs of the file in `api.panelSlot`.
 * @param {import("./view.js").Api} api
 * @param {unknown[]} walks
 */
export function mountWalks(api, walks) {}
