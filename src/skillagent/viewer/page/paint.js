// What both drawings paint on a plain canvas: the areas of maps below all, the labels above all.

import { mixed } from "./theme.js";

/** @typedef {(at: [number, number]) => {x: number, y: number}} Project */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
const LONGEST = 34;
const GAP = 5;
/** CSS pixels of one unit, above which also nodes that do not stand out have labels. */
const NEAR = 120;

/**
 * Fit a canvas to its place, for sharp pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sharp(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no canvas.");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./scene.js").Scene} scene
 * @param {Project} project
 * @param {number} scale CSS pixels of one unit of the layout
 * @param {import("./theme.js").Colours} colours
 */
export function paintAreas(context, scene, project, scale, colours) {
  for (const area of scene.areas) {
    const { x, y } = project(area.map.at);
    const colour = colours.map(area.colour);
    const isOutermost = area.colour < 0 && !area.closed;
    context.beginPath();
    context.arc(x, y, area.map.radius * scale, 0, 2 * Math.PI);
    context.fillStyle = mixed(colour, colours.ground, area.closed ? 0.3 : isOutermost ? 0.04 : colours.dark ? 0.14 : 0.09);
    context.fill();
    context.strokeStyle = mixed(colour, colours.ground, area.closed ? 0.9 : isOutermost ? 0.12 : 0.3);
    context.lineWidth = area.closed ? 1.5 : 1;
    context.stroke();
  }
}

/**
 * Labels that overlap neither each other nor a node that stands out; the important ones first.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./scene.js").Scene} scene
 * @param {Project} project
 * @param {object} view
 * @param {number} view.width
 * @param {number} view.height
 * @param {(size: number) => number} view.sizeOf radius of a node in CSS pixels as drawn
 * @param {number} view.scale CSS pixels of one unit of the layout
 * @param {string | null} view.hovered
 * @param {Box[]} view.covers where no label shall be
 * @param {import("./theme.js").Colours} colours
 */
export function paintLabels(context, scene, project, view, colours) {
  const taken = new Boxes();
  const texts = new Boxes();
  for (const box of view.covers) {
    taken.add(box);
    texts.add(box);
  }
  const wanted = [];
  for (const dot of scene.dots.values()) {
    const at = project(dot.node.at);
    if (at.x < -20 || at.y < -20 || at.x > view.width + 20 || at.y > view.height + 20) continue;
    const radius = view.sizeOf(dot.size);
    const isHovered = view.hovered === dot.node.id;
    const isListed = scene.course?.marks.get(dot.node.id)?.level === "listed";
    if (dot.faint && !isHovered && !dot.isMap && (scene.course || view.scale < NEAR)) continue;
    if (!dot.faint) taken.add({ x: at.x - radius, y: at.y - radius, width: 2 * radius, height: 2 * radius });
    if (dot.mark) paintRing(context, at, radius, colours);
    const number = dot.closed ? ` (${dot.closed.toLocaleString("en")})` : "";
    wanted.push({ text: shortened(dot.node.title) + number, at, radius, rank: isHovered ? 5000 : dot.rank, strong: Boolean(dot.mark) || isHovered || dot.rank >= 50, faint: (dot.faint || isListed) && !isHovered });
  }
  for (const area of scene.areas) {
    // The area of the nodes without a map has no node that could bear its label.
    if (area.map.id) continue;
    const text = `${area.title} (${area.map.nodes.toLocaleString("en")})`;
    const at = project(area.map.at);
    // Below the nodes, if they are drawn.
    if (!area.closed) at.y += area.map.radius * view.scale + 10;
    wanted.push({ text, at, radius: -1, rank: 20, strong: true, faint: !area.closed });
  }
  wanted.sort((a, b) => b.rank - a.rank || (a.text < b.text ? -1 : 1));
  context.lineJoin = "round";
  context.textBaseline = "middle";
  for (const label of wanted.slice(0, 600)) paintLabel(context, label, taken, texts, view, colours);
}

/**
 * The ring around a node that is open, or at which a walk is.
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, y: number}} at
 * @param {number} radius
 * @param {import("./theme.js").Colours} colours
 */
function paintRing(context, at, radius, colours) {
  context.beginPath();
  context.arc(at.x, at.y, radius + 3.5, 0, 2 * Math.PI);
  context.lineWidth = 2.5;
  context.strokeStyle = colours.accent;
  context.stroke();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{text: string, at: {x: number, y: number}, radius: number, rank: number, strong: boolean, faint: boolean}} label
 * @param {Boxes} taken by labels and by nodes that stand out
 * @param {Boxes} texts taken by labels
 * @param {{width: number, height: number}} view
 * @param {import("./theme.js").Colours} colours
 */
function paintLabel(context, label, taken, texts, view, colours) {
  context.font = `${label.strong ? 600 : 400} ${label.rank >= 1000 ? 14 : 12.5}px ${FONT}`;
  const { text } = label;
  const width = context.measureText(text).width;
  const height = 17;
  const { x, y } = label.at;
  const offset = label.radius + (label.rank >= 1000 ? 2 * GAP : GAP);
  /** @type {Box[]} */
  const places =
    label.radius < 0
      ? [{ x: x - width / 2, y: y - height / 2, width, height }]
      : [
          { x: x + offset, y: y - height / 2, width, height },
          { x: x - offset - width, y: y - height / 2, width, height },
          { x: x - width / 2, y: y + offset - 2, width, height },
          { x: x - width / 2, y: y - offset - height + 2, width, height },
        ];
  const inside = (/** @type {Box} */ box) => box.x >= 2 && box.y >= 2 && box.x + box.width <= view.width - 2 && box.y + box.height <= view.height - 2;
  const place =
    places.find((box) => inside(box) && taken.isFree(box)) ??
    // What matters most may cover a small node, but no other label.
    (label.strong ? places.find((box) => inside(box) && texts.isFree(box)) : undefined);
  if (!place) return;
  texts.add(place);
  taken.add(place);
  context.lineWidth = 4;
  context.strokeStyle = colours.ground;
  context.strokeText(text, place.x, place.y + height / 2);
  context.fillStyle = label.faint ? colours.quiet : colours.text;
  context.fillText(text, place.x, place.y + height / 2);
}

/** @param {string} text */
function shortened(text) {
  const letters = [...text];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("").trimEnd()}…` : text;
}

/** Boxes in a grid, so that a free place is found without a look at all of them. */
class Boxes {
  static SIDE = 64;
  /** @type {Map<string, Box[]>} */
  cells = new Map();

  /** @param {Box} box */
  add(box) {
    for (const key of this.keys(box)) {
      const cell = this.cells.get(key);
      if (cell) cell.push(box);
      else this.cells.set(key, [box]);
    }
  }

  /** @param {Box} box */
  isFree(box) {
    const apart = (/** @type {Box} */ other) =>
      box.x + box.width + 3 < other.x || other.x + other.width + 3 < box.x || box.y + box.height < other.y || other.y + other.height < box.y;
    return this.keys(box).every((key) => (this.cells.get(key) ?? []).every(apart));
  }

  /** @param {Box} box */
  keys(box) {
    const keys = [];
    for (let column = Math.floor(box.x / Boxes.SIDE); column <= Math.floor((box.x + box.width) / Boxes.SIDE); column++)
      for (let row = Math.floor(box.y / Boxes.SIDE); row <= Math.floor((box.y + box.height) / Boxes.SIDE); row++)
        keys.push(`${column},${row}`);
    return keys;
  }
}
