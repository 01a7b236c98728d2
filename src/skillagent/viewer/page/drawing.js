// Chooses the drawing: by WebGL where the browser has it, otherwise on a plain canvas.

import { plainDrawing } from "./plain_drawing.js";
import { sigmaDrawing } from "./sigma_drawing.js";

/** @typedef {{left: number, right: number, bottom: number, top: number}} Bounds */
/**
 * @typedef {object} Hooks
 * @property {() => import("./theme.js").Colours} colours
 * @property {() => boolean} moves whether movement is welcome
 * @property {(id: string) => void} onNode
 * @property {(x: number, y: number) => void} onGround a click beside all nodes
 * @property {() => import("./paint.js").Box[]} covers where no label shall be
 */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Covered CSS pixels at the sides where nothing is to be seen */
/**
 * @typedef {object} Drawing
 * @property {"webgl" | "canvas"} kind
 * @property {(scene: import("./scene.js").Scene) => void} show
 * @property {(at: [number, number]) => {x: number, y: number}} project
 * @property {() => number} scale CSS pixels of one unit of the layout
 * @property {(points: [number, number][], covered: Covered) => void} fit
 * @property {(factor: number) => void} zoom
 */

/**
 * @param {HTMLElement} place
 * @param {Bounds} bounds
 * @param {Hooks} hooks
 * @returns {Drawing | null} null if the browser can draw in neither way
 */
export function drawingIn(place, bounds, hooks) {
  for (const make of hasWebGL() ? [sigmaDrawing, plainDrawing] : [plainDrawing]) {
    try {
      return make(place, bounds, hooks);
    } catch {
      place.replaceChildren();
    }
  }
  return null;
}

function hasWebGL() {
  try {
    const context = document.createElement("canvas").getContext("webgl2");
    context?.getExtension("WEBGL_lose_context")?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}
