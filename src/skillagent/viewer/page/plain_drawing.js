// The drawing without WebGL: everything on one plain canvas.

import { LINE_WIDTH, boundsOf, dotColour, lineColour } from "./looks.js";
import { paintAreas, paintLabels, sharp } from "./paint.js";
import { paintCourse } from "./walk_paint.js";

/**
 * @param {HTMLElement} place
 * @param {import("./drawing.js").Bounds} bounds of the whole layout
 * @param {import("./drawing.js").Hooks} hooks
 * @returns {import("./drawing.js").Drawing}
 */
export function plainDrawing(place, bounds, hooks) {
  const canvas = document.createElement("canvas");
  canvas.className = "paint whole";
  sharp(canvas, 1, 1); // throws where there is no canvas
  place.append(canvas);
  let scene = /** @type {import("./scene.js").Scene | null} */ (null);
  let hovered = /** @type {string | null} */ (null);
  const camera = { x: (bounds.left + bounds.right) / 2, y: (bounds.bottom + bounds.top) / 2, scale: 1 };
  const width = () => place.clientWidth;
  const height = () => place.clientHeight;
  const whole = () => 0.9 * Math.min(width() / (bounds.right - bounds.left || 1), height() / (bounds.top - bounds.bottom || 1));
  camera.scale = whole();

  /** @type {import("./paint.js").Project} */
  const project = ([x, y]) => ({ x: width() / 2 + (x - camera.x) * camera.scale, y: height() / 2 - (y - camera.y) * camera.scale });
  const sizeOf = (/** @type {number} */ size) => size * Math.sqrt(Math.min(4, Math.max(0.25, camera.scale / whole())));

  function paint() {
    if (!scene || !width() || !height()) return;
    const colours = hooks.colours();
    const context = sharp(canvas, width(), height());
    paintAreas(context, scene, project, camera.scale, colours);
    for (const line of scene.lines) paintLine(context, line, scene, project, colours);
    for (const dot of scene.dots.values()) {
      const { x, y } = project(dot.node.at);
      context.beginPath();
      context.arc(x, y, sizeOf(dot.size), 0, 2 * Math.PI);
      context.fillStyle = dotColour(dot, colours);
      context.fill();
    }
    const view = { width: width(), height: height(), hovered, covers: hooks.covers(), scale: camera.scale, sizeOf };
    paintCourse(context, scene, project, sizeOf, colours);
    paintLabels(context, scene, project, view, colours);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  function nodeAt(x, y) {
    let best = /** @type {string | null} */ (null);
    let least = 14;
    for (const [id, dot] of scene?.dots ?? []) {
      const at = project(dot.node.at);
      const distance = Math.hypot(at.x - x, at.y - y) - sizeOf(dot.size);
      if (distance < least) [best, least] = [id, distance];
    }
    return best;
  }

  let from = /** @type {{x: number, y: number, moved: boolean} | null} */ (null);
  canvas.addEventListener("pointerdown", (event) => {
    from = { x: event.offsetX, y: event.offsetY, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) {
      const next = nodeAt(event.offsetX, event.offsetY);
      if (next !== hovered) {
        hovered = next;
        canvas.style.cursor = next ? "pointer" : "";
        paint();
      }
      return;
    }
    const [dx, dy] = [event.offsetX - from.x, event.offsetY - from.y];
    if (!from.moved && Math.hypot(dx, dy) < 4) return;
    camera.x -= dx / camera.scale;
    camera.y += dy / camera.scale;
    from = { x: event.offsetX, y: event.offsetY, moved: true };
    paint();
  });
  canvas.addEventListener("pointerup", (event) => {
    const moved = from?.moved;
    from = null;
    if (moved) return;
    const node = nodeAt(event.offsetX, event.offsetY);
    if (node) hooks.onNode(node);
    else hooks.onGround(event.offsetX, event.offsetY);
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      camera.scale *= event.deltaY < 0 ? 1.2 : 1 / 1.2;
      paint();
    },
    { passive: false },
  );
  new ResizeObserver(paint).observe(place);

  return {
    kind: "canvas",
    show(next) {
      scene = next;
      paint();
    },
    project,
    scale: () => camera.scale,
    fit(points, covered) {
      const { left, right, bottom, top } = boundsOf(points);
      const free = { x: width() - covered.left - covered.right, y: height() - covered.top - covered.bottom };
      camera.scale = Math.min(free.x / (right - left || 1), free.y / (top - bottom || 1), whole() * 12);
      camera.x = (left + right) / 2 + (covered.right - covered.left) / 2 / camera.scale;
      camera.y = (bottom + top) / 2 + (covered.top - covered.bottom) / 2 / camera.scale;
      paint();
    },
    zoom(factor) {
      camera.scale *= factor;
      paint();
    },
  };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./scene.js").Line} line
 * @param {import("./scene.js").Scene} scene
 * @param {import("./paint.js").Project} project
 * @param {import("./theme.js").Colours} colours
 */
function paintLine(context, line, scene, project, colours) {
  const from = project(scene.dots.get(line.source).node.at);
  const to = project(scene.dots.get(line.target).node.at);
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.lineWidth = LINE_WIDTH[line.strength];
  context.strokeStyle = lineColour(line, scene, colours);
  context.stroke();
}
