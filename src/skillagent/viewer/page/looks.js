// How the parts of a scene look, for both drawings.

import { mixed } from "./theme.js";

/**
 * @param {import("./scene.js").Dot} dot
 * @param {import("./theme.js").Colours} colours
 */
export function dotColour(dot, colours) {
  const colour = dot.mark === "current" ? colours.accent : colours.map(dot.colour);
  // Nodes in no map have no tint, and the same share of their colour would be too dark.
  return dot.faint ? mixed(colour, colours.ground, dot.colour < 0 ? 0.25 : 0.38) : colour;
}

/**
 * @param {import("./scene.js").Line} line
 * @param {import("./scene.js").Scene} scene
 * @param {import("./theme.js").Colours} colours
 */
export function lineColour(line, scene, colours) {
  if (line.strength === "strong") return colours.accent;
  const dot = scene.dots.get(line.source);
  const colour = colours.map(dot ? dot.colour : -1);
  return mixed(colour, colours.ground, line.strength === "faint" ? 0.25 : 0.6);
}

/** @type {Record<import("./scene.js").Line["strength"], number>} */
export const LINE_WIDTH = { faint: 0.8, plain: 1.7, strong: 3.2 };

/**
 * The smallest and largest coordinates of points.
 * @param {[number, number][]} points
 */
export function boundsOf(points) {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    bottom = Math.min(bottom, y);
    top = Math.max(top, y);
  }
  return { left, right, bottom, top };
}
