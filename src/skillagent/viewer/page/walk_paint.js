// Paints the course of runs over the picture: the ways, and a mark on each node that was disclosed.
//
// A mark tells by its form, not only by its colour, how much of a node was disclosed: a small ring
// for a line of an index, a ring with a number for a summary, a disc with a number for the text.

import { mixed } from "./theme.js";

/** How far a way bends aside, as a share of its length. */
const BEND = 0.13;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./scene.js").Scene} scene
 * @param {import("./paint.js").Project} project
 * @param {(size: number) => number} sizeOf radius of a node in CSS pixels as drawn
 * @param {import("./theme.js").Colours} colours
 */
export function paintCourse(context, scene, project, sizeOf, colours) {
  if (!scene.course) return;
  const { marks, ways } = scene.course;
  const pointOf = (/** @type {string} */ id) => {
    const dot = scene.dots.get(id);
    return dot && { ...project(dot.node.at), radius: sizeOf(dot.size) };
  };
  context.save();
  context.lineCap = "round";
  for (const way of [...ways].sort((a, b) => Number(a.isNew) - Number(b.isNew))) {
    const [from, to] = [pointOf(way.source), pointOf(way.target)];
    if (from && to) paintWay(context, way, from, to, colours);
  }
  for (const [id, mark] of marks) {
    const point = pointOf(id);
    if (point) paintMark(context, mark, point, colours);
  }
  context.restore();
}

/**
 * The colour of a run.
 * @param {import("./walk_state.js").Runs} runs
 * @param {import("./theme.js").Colours} colours
 */
export function runColour(runs, colours) {
  return { first: colours.accent, second: colours.second, both: colours.text }[runs];
}

/** @typedef {{x: number, y: number, radius: number}} Point */

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./walk_state.js").Way} way
 * @param {Point} from
 * @param {Point} to
 * @param {import("./theme.js").Colours} colours
 */
function paintWay(context, way, from, to, colours) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const bend = way.runs === "second" ? -BEND : BEND;
  const middle = { x: (from.x + to.x) / 2 - dy * bend, y: (from.y + to.y) / 2 + dx * bend };
  const start = towards(from, middle, from.radius + 2);
  const tip = towards(to, middle, to.radius + 3);
  const end = towards(to, middle, to.radius + 8);
  const colour = runColour(way.runs, colours);
  const draw = (/** @type {string} */ style, /** @type {number} */ width) => {
    context.beginPath();
    context.moveTo(start.x, start.y);
    context.quadraticCurveTo(middle.x, middle.y, end.x, end.y);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  };
  const width = (way.isLink ? 2.4 : 1.6) + (way.isNew ? 0.8 : 0);
  context.setLineDash([]);
  draw(colours.ground, width + 3);
  // No link leads along a dashed way: a search, or the agent itself, named the node.
  context.setLineDash(way.isLink ? [] : [2, 5]);
  draw(way.isNew ? colour : mixed(colour, colours.ground, 0.62), width);
  context.setLineDash([]);
  arrow(context, middle, tip, way.isNew ? colour : mixed(colour, colours.ground, 0.62));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} tip
 * @param {string} colour
 */
function arrow(context, from, tip, colour) {
  const angle = Math.atan2(tip.y - from.y, tip.x - from.x);
  context.beginPath();
  context.moveTo(tip.x, tip.y);
  for (const side of [2.65, -2.65]) context.lineTo(tip.x + 9 * Math.cos(angle + side), tip.y + 9 * Math.sin(angle + side));
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./walk_state.js").Mark} mark
 * @param {Point} point
 * @param {import("./theme.js").Colours} colours
 */
function paintMark(context, mark, { x, y, radius }, colours) {
  const colour = runColour(mark.runs, colours);
  const disc = (/** @type {number} */ size, /** @type {string} */ style) => {
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fillStyle = style;
    context.fill();
  };
  if (mark.isNew) disc(radius + 7, mixed(colour, colours.ground, colours.dark ? 0.34 : 0.22));
  disc(radius + 1.5, colours.ground);
  disc(radius, colour);
  if (mark.level === "read") disc(radius - 1, colour);
  else disc(radius - (mark.level === "listed" ? 1.6 : 2.4), mark.level === "listed" ? colours.ground : mixed(colour, colours.ground, 0.16));
  if (!mark.number || mark.number > 99 || radius < 6) return;
  context.font = `700 ${Math.min(12, radius * 1.15)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = mark.level === "read" ? colours.ground : colour;
  context.fillText(String(mark.number), x, y + 0.5);
}

/**
 * A point at a distance from one point, in the direction of another.
 * @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to
 * @param {number} distance
 */
function towards(from, to, distance) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const share = Math.min(1, distance / length);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
