// The drawing by WebGL: nodes and links by sigma, areas and labels on a canvas below and above.

import Graph from "graphology";
import Sigma from "sigma";
import { extremityArrow, pathLine, layerPlain } from "sigma/rendering";

import { LINE_WIDTH, boundsOf, dotColour, lineColour } from "./looks.js";
import { paintAreas, paintLabels, sharp } from "./paint.js";
import { paintCourse } from "./walk_paint.js";

/** How much of the whole graph is seen at least, when a few nodes are fitted to the window. */
const CLOSEST = 0.08;

/**
 * @param {HTMLElement} place
 * @param {import("./drawing.js").Bounds} bounds of the whole layout
 * @param {import("./drawing.js").Hooks} hooks
 * @returns {import("./drawing.js").Drawing}
 */
export function sigmaDrawing(place, bounds, hooks) {
  const [below, middle, above] = layers(place);
  let scene = /** @type {import("./scene.js").Scene | null} */ (null);
  let hovered = /** @type {string | null} */ (null);
  let colours = hooks.colours();
  const sigma = new Sigma(new Graph(), middle, {
    primitives: {
      edges: { paths: [pathLine()], extremities: [extremityArrow({ lengthRatio: 4.5, widthRatio: 3.6 })], layers: [layerPlain()] },
    },
    styles: {
      nodes: {
        x: { attribute: "x" },
        y: { attribute: "y" },
        size: { attribute: "size", defaultValue: 4 },
        color: { attribute: "color", defaultValue: "#888888" },
        zIndex: { attribute: "zIndex", defaultValue: 0 },
        backdropVisibility: "hidden",
      },
      edges: {
        size: { attribute: "size", defaultValue: 1 },
        color: { attribute: "color", defaultValue: "#888888" },
        head: { attribute: "head", defaultValue: "none" },
      },
    },
    settings: {
      itemSizesReference: "screen",
      allowInvalidContainer: true,
      renderLabels: false,
      minEdgeThickness: 0.5,
      stagePadding: 24,
      minCameraRatio: 0.01,
      maxCameraRatio: 3,
      nodePickingPadding: 4,
      enableCameraRotation: false,
      zoomDuration: hooks.moves() ? 200 : 0,
    },
  });
  sigma.setCustomBBox({ x: [bounds.left, bounds.right], y: [bounds.bottom, bounds.top] });

  const project = (/** @type {[number, number]} */ at) => sigma.graphToViewport({ x: at[0], y: at[1] });
  const scale = () => sigma.getGraphToViewportRatio();

  function paint() {
    if (!scene) return;
    const { width, height } = sigma.getDimensions();
    paintAreas(sharp(below, width, height), scene, project, scale(), colours);
    const view = { width, height, hovered, covers: hooks.covers(), scale: scale(), sizeOf: (/** @type {number} */ size) => sigma.scaleSize(size) };
    const context = sharp(above, width, height);
    paintCourse(context, scene, project, view.sizeOf, colours);
    paintLabels(context, scene, project, view, colours);
  }

  sigma.on("afterRender", paint);
  sigma.on("clickNode", ({ node }) => hooks.onNode(idOf(node)));
  sigma.on("clickStage", ({ event }) => hooks.onGround(event.x, event.y));
  sigma.on("enterNode", ({ node }) => {
    hovered = idOf(node);
    middle.style.cursor = "pointer";
    paint();
  });
  sigma.on("leaveNode", () => {
    hovered = null;
    middle.style.cursor = "";
    paint();
  });
  new ResizeObserver(() => {
    if (place.clientWidth && place.clientHeight) sigma.resize().scheduleRender();
  }).observe(place);

  return {
    kind: "webgl",
    show(next) {
      scene = next;
      colours = hooks.colours();
      sigma.setGraph(graphOf(next, colours));
    },
    project,
    scale,
    fit(points, covered) {
      const camera = sigma.getCamera();
      const target = cameraFor(sigma, camera.getState().ratio, points, covered);
      if (hooks.moves()) camera.animate(target, { duration: 350 });
      else camera.setState(target);
    },
    zoom(factor) {
      const camera = sigma.getCamera();
      camera.setState({ ratio: camera.getBoundedRatio(camera.getState().ratio / factor) });
    },
  };
}

// Graphology keeps neighbours as properties of plain objects, where `constructor` is always found.

/** @param {string} id */
const keyOf = (id) => `:${id}`;
/** @param {string} key */
const idOf = (key) => key.slice(1);

/** @param {HTMLElement} place */
function layers(place) {
  const below = document.createElement("canvas");
  const middle = document.createElement("div");
  const above = document.createElement("canvas");
  middle.className = "webgl";
  below.className = above.className = "paint";
  place.append(below, middle, above);
  return /** @type {const} */ ([below, middle, above]);
}

/**
 * @param {import("./scene.js").Scene} scene
 * @param {import("./theme.js").Colours} colours
 */
function graphOf(scene, colours) {
  const graph = new Graph({ multi: false, type: "directed" });
  for (const [id, dot] of scene.dots) {
    const [x, y] = dot.node.at;
    graph.addNode(keyOf(id), { x, y, size: dot.size, color: dotColour(dot, colours), zIndex: dot.faint ? 0 : 1 });
  }
  for (const line of scene.lines) {
    graph.addEdge(keyOf(line.source), keyOf(line.target), {
      size: LINE_WIDTH[line.strength],
      color: lineColour(line, scene, colours),
      head: line.strength === "faint" ? "none" : "arrow",
    });
  }
  return graph;
}

/**
 * The camera that shows some points in the part of the window that nothing covers.
 * @param {Sigma} sigma
 * @param {number} ratio of the camera now
 * @param {[number, number][]} points
 * @param {import("./drawing.js").Covered} covered
 */
function cameraFor(sigma, ratio, points, covered) {
  const { width, height } = sigma.getDimensions();
  const { left, right, bottom, top } = boundsOf(
    points.map(([x, y]) => {
      const framed = sigma.graphToFramedGraph({ x, y });
      return /** @type {[number, number]} */ ([framed.x, framed.y]);
    }),
  );
  // How much of the framed graph a pixel shows at ratio 1.
  const a = sigma.viewportToFramedGraph({ x: 0, y: 0 });
  const b = sigma.viewportToFramedGraph({ x: width, y: 0 });
  const pixel = Math.abs(b.x - a.x) / ratio / width;
  const free = { x: width - covered.left - covered.right, y: height - covered.top - covered.bottom };
  const wanted = Math.max((right - left) / (pixel * free.x), (top - bottom) / (pixel * free.y), CLOSEST / (pixel * free.x));
  const bounded = sigma.getCamera().getBoundedRatio(wanted);
  return {
    x: (left + right) / 2 + ((covered.right - covered.left) / 2) * pixel * bounded,
    y: (bottom + top) / 2 + ((covered.top - covered.bottom) / 2) * pixel * bounded,
    ratio: bounded,
    angle: 0,
  };
}
