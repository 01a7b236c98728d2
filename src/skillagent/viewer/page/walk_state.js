// Recorded runs up to a step, as values: what was disclosed of each node, and which way was taken.

/** @typedef {{node: string, from: string, step: number, why: string}} Arrival */
/**
 * @typedef {object} Step one answer, as `Step.to_json` of walk.py gives it
 * @property {number} number
 * @property {string} operation
 * @property {string} arguments
 * @property {string[]} listed
 * @property {string[]} summarised
 * @property {string[]} read
 * @property {Arrival[]} arrivals
 * @property {number} cost
 * @property {number} left
 * @property {boolean} refused
 * @property {string} remark
 * @property {string[]} before
 */
/**
 * @typedef {object} Walk
 * @property {string} name
 * @property {string} question
 * @property {string} answer
 * @property {string} outcome
 * @property {number} budget
 * @property {Step[]} steps
 * @property {Record<string, string>} remarks
 * @property {string} omitted
 * @property {{step: number | null, words: string} | null} parting
 */
/** @typedef {"listed" | "summarised" | "read"} Level */
/** @typedef {"first" | "second" | "both"} Runs which of two runs; `first` if there is only one */
/** @typedef {{level: Level, runs: Runs, number: number, isNew: boolean}} Mark `number` of the step that opened it; 0 for none */
/** @typedef {{source: string, target: string, runs: Runs, isLink: boolean, isNew: boolean}} Way */
/** @typedef {{marks: Map<string, Mark>, ways: Way[]}} Course what is drawn of runs */

/** From the least disclosed to the most. */
const LEVELS = /** @type {Level[]} */ (["listed", "summarised", "read"]);
const NAMES = /** @type {Runs[]} */ (["first", "second"]);

/**
 * What runs have disclosed until a step, and by which ways they came there.
 * @param {Walk[]} walks one or two
 * @param {number} position number of the steps that each has made; a shorter run has made all
 * @returns {Course}
 */
export function courseOf(walks, position) {
  /** @type {Map<string, Mark>} */
  const marks = new Map();
  /** @type {Map<string, Way>} */
  const ways = new Map();
  walks.forEach((walk, at) => {
    const own = courseOfOne(walk, position, NAMES[at] ?? "second");
    for (const [id, mark] of own.marks) marks.set(id, joined(marks.get(id), mark));
    for (const way of own.ways) {
      const key = JSON.stringify([way.source, way.target]);
      const other = ways.get(key);
      ways.set(key, other ? { ...way, runs: "both", isLink: way.isLink || other.isLink, isNew: way.isNew || other.isNew } : way);
    }
  });
  return { marks, ways: [...ways.values()] };
}

/**
 * @param {Walk} walk
 * @param {number} position
 * @param {Runs} runs
 * @returns {Course}
 */
function courseOfOne(walk, position, runs) {
  /** @type {Map<string, Mark>} */
  const marks = new Map();
  /** @type {Way[]} */
  const ways = [];
  let last = "";
  walk.steps.slice(0, position).forEach((step, at) => {
    for (const mark of marks.values()) mark.isNew = false;
    const isNew = at === position - 1;
    for (const level of LEVELS) {
      for (const id of step[level]) {
        const before = marks.get(id);
        const number = before?.number || (level === "listed" ? 0 : step.number);
        const fullest = before && LEVELS.indexOf(before.level) > LEVELS.indexOf(level) ? before.level : level;
        marks.set(id, { level: fullest, runs, number, isNew });
      }
    }
    for (const { node, from } of step.arrivals) {
      const source = from || last;
      if (source && source !== node) ways.push({ source, target: node, runs, isLink: Boolean(from), isNew });
    }
    last = nodeOf(step) || last;
  });
  return { marks, ways };
}

/**
 * @param {Mark | undefined} one
 * @param {Mark} other
 * @returns {Mark}
 */
function joined(one, other) {
  if (!one) return other;
  const isNew = one.isNew || other.isNew;
  // What only one run has read is that run's, although the other one has seen a line of it.
  if (one.level !== other.level) return { ...(LEVELS.indexOf(one.level) > LEVELS.indexOf(other.level) ? one : other), isNew };
  return { level: one.level, runs: "both", number: one.number === other.number ? one.number : 0, isNew };
}

/**
 * The node at which a step ends: of those that it opened, the last; empty if it opened none.
 * @param {Step | undefined} step
 */
function nodeOf(step) {
  return step?.read.at(-1) ?? step?.summarised.at(-1) ?? "";
}

/**
 * All nodes that runs opened or listed, for the part of the picture that holds them.
 * @param {Walk[]} walks
 */
export function nodesOf(walks) {
  const opened = walks.flatMap((walk) => walk.steps.flatMap((step) => [...step.summarised, ...step.read]));
  const listed = walks.flatMap((walk) => walk.steps.flatMap((step) => step.listed));
  return [...new Set(opened.length ? opened : listed)];
}

/**
 * A step in a line, such as `read_node seed`.
 * @param {Step} step
 */
export function callOf(step) {
  return [step.operation, step.arguments].filter(Boolean).join(" ");
}
