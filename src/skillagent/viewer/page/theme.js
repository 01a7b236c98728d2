// Light and dark: as the system says, until a person chooses; and the colours for the canvas.

const LIGHT = ["#2563c9", "#c2410c", "#0b7a53", "#8b3fd1", "#b3261e", "#0a7391", "#8f5700", "#b8246f", "#4f6b0e", "#4a57c2"];
const DARK = ["#7fb0ff", "#ff9a62", "#4fd1a0", "#c79bff", "#ff8f87", "#5ecbe6", "#f0b849", "#ff8cc6", "#b3d15a", "#a5afff"];
const KEY = "skillagent-theme";

/**
 * @typedef {object} Colours
 * @property {boolean} dark
 * @property {string} ground
 * @property {string} text
 * @property {string} quiet
 * @property {string} accent
 * @property {string} second colour of the second of two runs
 * @property {(number: number) => string} map colour of a map by its number
 */

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. */
export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : dark.matches;
}

/** @returns {Colours} */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const palette = isDark() ? DARK : LIGHT;
  const quiet = value("--quiet");
  return {
    dark: isDark(),
    ground: value("--canvas"),
    text: value("--text"),
    quiet,
    accent: value("--accent"),
    second: value("--second"),
    map: (number) => (number < 0 ? quiet : palette[number % palette.length]),
  };
}

/**
 * Take up the choice of an earlier visit, and call back whenever the colours change.
 * @param {() => void} changed
 */
export function watchTheme(changed) {
  const kept = stored();
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
  dark.addEventListener("change", changed);
  const set = (/** @type {"light" | "dark"} */ theme) => {
    document.documentElement.dataset.theme = theme;
    changed();
  };
  return {
    set,
    toggle() {
      const next = isDark() ? "light" : "dark";
      store(next);
      set(next);
    },
  };
}

// A browser may refuse storage to a file that is opened from disk.

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** @param {string} theme */
function store(theme) {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // The choice then holds until the page is closed.
  }
}

/**
 * A colour mixed into another one, so that it needs no transparency.
 * @param {string} colour as #rrggbb
 * @param {string} ground as #rrggbb
 * @param {number} share of `colour`, 0 to 1
 */
export function mixed(colour, ground, share) {
  const parts = (/** @type {string} */ hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const under = parts(ground);
  const values = parts(colour).map((value, at) => Math.round(value * share + under[at] * (1 - share)));
  return `#${values.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
