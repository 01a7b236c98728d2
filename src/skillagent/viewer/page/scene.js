// What is drawn, as values: computed from the graph and the state of the view, without any drawing.

/**
 * @typedef {object} State
 * @property {string | null} open id of the open node
 * @property {number} depth links from the open node that are drawn; 0 for all links
 * @property {Set<string>} opened ids of the maps whose nodes are drawn, in a large graph
 * @property {import("./view.js").Highlight | null} highlight
 */
/**
 * @typedef {object} Dot
 * @property {import("./model.js").GraphNode} node
 * @property {number} size radius in CSS pixels
 * @property {number} colour number of the colour; -1 for none
 * @property {boolean} faint whether it is only the ground on which others are seen
 * @property {boolean} isMap whether others belong to it
 * @property {number} closed how many nodes it stands for, as a map that is closed; otherwise 0
 * @property {number} rank importance of its label; 0 for none unless there is room
 * @property {"open" | "current" | ""} mark
 */
/**
 * @typedef {object} Area
 * @property {import("./model.js").GraphMap} map
 * @property {string} title
 * @property {number} colour
 * @property {boolean} closed whether its nodes are not drawn one by one
 */
/** @typedef {{source: string, target: string, strength: "faint" | "plain" | "strong"}} Line */
/**
 * @typedef {object} Scene
 * @property {Map<string, Dot>} dots
 * @property {Area[]} areas
 * @property {Line[]} lines
 * @property {string[]} focus ids of the nodes that are to be seen
 * @property {string[]} remarks
 * @property {import("./walk_state.js").Course | null} course of recorded runs, above all others
 */

/** How many nodes around the open one, or of one opened map, are drawn at most. */
const MOST = 2000;
/** How many nodes are drawn before those that do not stand out are made small. */
const CROWD = 300;
/** How many links are drawn at most. */
const MOST_LINES = 6000;

/**
 * @param {import("./model.js").Model} model
 * @param {State} state
 * @returns {Scene}
 */
export function sceneOf(model, state) {
  const remarks = /** @type {string[]} */ ([]);
  const near = state.open === null ? new Map() : around(model, state.open, state.depth || 1, remarks);
  const lit = new Set(state.highlight?.nodes ?? []);
  if (state.highlight?.current) lit.add(state.highlight.current);
  const shown = shownNodes(model, state, remarks);
  for (const id of [...near.keys(), ...lit]) if (model.nodes.has(id)) shown.add(id);

  /** @type {Map<string, Dot>} */
  const dots = new Map();
  const areas = areasOf(model, state);
  const closed = new Map(areas.filter((area) => area.closed).map((area) => [area.map.id, area.map.nodes]));
  const isCrowd = shown.size > CROWD;
  for (const id of shown) dots.set(id, { ...dotOf(model, state, id, near, lit, isCrowd), closed: closed.get(id) ?? 0 });
  const lines = linesOf(model, state, near, dots, remarks);
  const focus = lit.size ? [...lit] : state.depth ? [...near.keys()] : [...dots.keys()];
  return { dots, areas, lines, focus, remarks, course: state.highlight?.course ?? null };
}

/**
 * Id → steps from the open node, of all within a number of steps, in both directions of links.
 * @param {import("./model.js").Model} model
 * @param {string} start
 * @param {number} depth
 * @param {string[]} remarks
 */
export function around(model, start, depth, remarks = []) {
  const steps = new Map([[start, 0]]);
  for (const [id, step] of steps) {
    if (step === depth) break;
    for (const next of model.neighbours.get(id) ?? []) {
      if (steps.has(next)) continue;
      if (steps.size >= MOST) {
        remarks.push(`More than ${MOST.toLocaleString("en")} nodes are within ${depth} links: the nearest are drawn.`);
        return steps;
      }
      steps.set(next, step + 1);
    }
  }
  return steps;
}

/**
 * @param {import("./model.js").Model} model
 * @param {State} state
 * @param {string[]} remarks
 */
function shownNodes(model, state, remarks) {
  if (model.nodes.size <= model.wholeNodes) return new Set(model.nodes.keys());
  const shown = /** @type {Set<string>} */ (new Set());
  let closed = 0;
  for (const map of model.maps.values()) {
    // Inside a closed map nothing is drawn.
    if (map.parent && !isOpen(model, state, map.parent)) continue;
    if (map.id) shown.add(map.id);
    if (!state.opened.has(map.id)) {
      closed += 1;
      continue;
    }
    const members = (model.members.get(map.id) ?? []).filter((node) => !model.maps.has(node.id));
    for (const node of members.slice(0, MOST)) shown.add(node.id);
    if (members.length > MOST)
      remarks.push(`Of the ${members.length.toLocaleString("en")} nodes of ${titleOf(model, map)}, ${MOST.toLocaleString("en")} are drawn.`);
  }
  if (closed) {
    const discs =
      closed === 1
        ? "1 map is closed and drawn as a disc: click it to open the map."
        : `${closed.toLocaleString("en")} maps are closed, each drawn as a disc: click a disc to open its map.`;
    const links = state.depth ? "" : " A link of a node inside is drawn as a link of its map.";
    remarks.push(discs + links);
  }
  return shown;
}

/** @type {Record<import("./walk_state.js").Level, {size: number, rank: number, now: number}>} `now` is added for the step that is shown */
const COURSE_LOOKS = {
  listed: { size: 4.5, rank: 20, now: 10 },
  summarised: { size: 9, rank: 80, now: 1000 },
  read: { size: 10, rank: 90, now: 1000 },
};

/**
 * @param {import("./model.js").Model} model
 * @param {State} state
 * @param {string} id
 * @param {Map<string, number>} near
 * @param {Set<string>} lit
 * @param {boolean} isCrowd whether many nodes are drawn
 * @returns {Omit<Dot, "closed">}
 */
function dotOf(model, state, id, near, lit, isCrowd) {
  const node = model.nodes.get(id);
  const links = model.into.get(id).length;
  const isMap = model.maps.has(id);
  const mark = state.highlight?.current === id ? "current" : state.open === id ? "open" : "";
  const onCourse = state.highlight?.course?.marks.get(id);
  if (onCourse) {
    const { size, rank, now } = COURSE_LOOKS[onCourse.level];
    return { node, size, colour: model.colour(node), faint: false, isMap, mark, rank: rank + (onCourse.isNew ? now : 0) };
  }
  const step = near.get(id);
  const base = isMap ? 7 : 3.4;
  const size = base + Math.min(3.5, Math.sqrt(links) * 0.55) + (mark ? 2 : 0);
  const hasFocus = state.highlight?.dimOthers ? lit.has(id) : lit.has(id) || step !== undefined || state.depth === 0;
  let rank = isMap ? 3 : 0;
  if (hasFocus) rank = isMap ? 50 : 10;
  if (step === 1 && !state.highlight?.dimOthers) rank += 15;
  if (lit.has(id)) rank += 60;
  if (mark) rank += 1000;
  const standsOut = hasFocus && (state.depth !== 0 || step !== undefined || lit.has(id));
  const part = isCrowd && !isMap && !standsOut ? 0.5 : hasFocus ? 1 : 0.8;
  return { node, size: size * part, colour: model.colour(node), faint: !hasFocus, isMap, rank: rank + Math.min(9, links / 4), mark };
}

/**
 * @param {import("./model.js").Model} model
 * @param {State} state
 * @param {Map<string, number>} near
 * @param {Map<string, Dot>} dots
 * @param {string[]} remarks
 * @returns {Line[]}
 */
function linesOf(model, state, near, dots, remarks) {
  /** @type {Map<string, Line>} */
  const lines = new Map();
  const put = (/** @type {string} */ source, /** @type {string} */ target, /** @type {Line["strength"]} */ strength) => {
    if (dots.has(source) && dots.has(target)) lines.set(`${source}\n${target}`, { source, target, strength });
  };
  const walked = state.highlight?.edges ?? [];
  const dimmed = Boolean(state.highlight?.dimOthers);
  if (state.depth === 0) {
    for (const edge of model.edges) {
      if (lines.size >= MOST_LINES) {
        remarks.push(`${MOST_LINES.toLocaleString("en")} of ${model.edges.length.toLocaleString("en")} links are drawn.`);
        break;
      }
      const [source, target] = [drawnAs(model, dots, edge.source.id), drawnAs(model, dots, edge.target.id)];
      if (source !== target) put(source, target, "faint");
    }
  }
  if (!dimmed && state.depth) {
    for (const [id, step] of near) {
      if (step >= state.depth || lines.size >= MOST_LINES) continue;
      for (const edge of model.out.get(id)) if (near.has(edge.target.id)) put(id, edge.target.id, "plain");
      for (const edge of model.into.get(id)) if (near.has(edge.source.id)) put(edge.source.id, id, "plain");
    }
  }
  if (!dimmed && state.open !== null) {
    for (const edge of model.out.get(state.open) ?? []) put(state.open, edge.target.id, "plain");
    for (const edge of model.into.get(state.open) ?? []) put(edge.source.id, state.open, "plain");
  }
  for (const [source, target] of walked) put(source, target, "strong");
  return [...lines.values()];
}

/**
 * The node that is drawn for a node: itself, or the closed map that it is in.
 * @param {import("./model.js").Model} model
 * @param {Map<string, Dot>} dots
 * @param {string} id
 */
function drawnAs(model, dots, id) {
  let drawn = id;
  while (drawn && !dots.has(drawn)) drawn = model.nodes.get(drawn).map;
  return drawn;
}

/**
 * @param {import("./model.js").Model} model
 * @param {State} state
 * @returns {Area[]}
 */
function areasOf(model, state) {
  const isLarge = model.nodes.size > model.wholeNodes;
  const areas = [];
  for (const map of model.maps.values()) {
    // Inside a closed map nothing is drawn.
    if (isLarge && map.parent && !isOpen(model, state, map.parent)) continue;
    const node = model.nodes.get(map.id);
    areas.push({
      map,
      title: titleOf(model, map),
      colour: node ? model.colour(node) : -1,
      closed: isLarge && !state.opened.has(map.id),
    });
  }
  return areas;
}

/**
 * Whether a map and all maps around it are open.
 * @param {import("./model.js").Model} model
 * @param {State} state
 * @param {string} id
 */
function isOpen(model, state, id) {
  for (let map = model.maps.get(id); map; map = map.parent ? model.maps.get(map.parent) : undefined)
    if (!state.opened.has(map.id)) return false;
  return true;
}

/**
 * @param {import("./model.js").Model} model
 * @param {import("./model.js").GraphMap} map
 */
export function titleOf(model, map) {
  return model.nodes.get(map.id)?.title ?? "Nodes without a map";
}
