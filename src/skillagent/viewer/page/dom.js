// Elements of the page. All text goes in as text; only `fragmentOf` reads HTML, and copies what is
// allowed.

/**
 * An element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} name
 * @param {Record<string, unknown>} [properties] `class`, `data-…`, `aria-…` and `role` become
 *   attributes, `on…` listeners, all others properties
 * @param {...(Node | string | null | undefined | false)} content
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(name, properties = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), /** @type {any} */ (value));
    else if (/^(class|role|for|tabindex)$|^(data|aria)-/.test(key)) element.setAttribute(key, String(value));
    else /** @type {any} */ (element)[key] = value;
  }
  element.append(...content.filter((one) => one || one === "").map((one) => /** @type {any} */ (one)));
  return element;
}

const ALLOWED = new Set(
  ("P H3 H4 H5 H6 UL OL LI STRONG EM S DEL CODE PRE BLOCKQUOTE TABLE THEAD TBODY TR TH TD HR BR A " +
    "BUTTON SPAN").split(" "),
);
const CLASSES = new Set(["broken", "image", "to-node", "to-right", "to-center"]);

/**
 * What is allowed of the HTML of a node's text: the second wall, after the renderer in Python.
 * @param {string} html
 */
export function fragmentOf(html) {
  const fragment = document.createDocumentFragment();
  copy(new DOMParser().parseFromString(html, "text/html").body, fragment);
  return fragment;
}

/**
 * @param {Node} from
 * @param {Node} to
 */
function copy(from, to) {
  for (const child of from.childNodes) {
    if (child instanceof Text) to.appendChild(document.createTextNode(child.data));
    else if (child instanceof HTMLElement && ALLOWED.has(child.tagName)) {
      const element = document.createElement(child.tagName);
      if (CLASSES.has(child.className)) element.className = child.className;
      if (child.dataset.node !== undefined) element.dataset.node = child.dataset.node;
      if (element instanceof HTMLButtonElement) element.type = "button";
      if (element instanceof HTMLAnchorElement) copyAddress(child, element);
      if (element instanceof HTMLOListElement && /^\d+$/.test(child.getAttribute("start") ?? ""))
        element.start = Number(child.getAttribute("start"));
      copy(child, element);
      if (element instanceof HTMLPreElement || element instanceof HTMLTableElement) to.appendChild(scrolled(element));
      else to.appendChild(element);
    }
  }
}

/**
 * @param {HTMLElement} from
 * @param {HTMLAnchorElement} to
 */
function copyAddress(from, to) {
  const href = from.getAttribute("href") ?? "";
  if (!/^(https?|mailto):/i.test(href)) return;
  to.href = href;
  to.rel = "noopener noreferrer nofollow";
  to.target = "_blank";
}

/**
 * Wide content, in an area that scrolls by keys, too.
 * @param {HTMLElement} element
 */
function scrolled(element) {
  const name = element instanceof HTMLPreElement ? "Code" : "Table";
  return el("div", { class: "wide", tabindex: "0", role: "group", "aria-label": name }, element);
}

/**
 * A text with a visible sign for each character that could hide or reorder what is shown.
 * @param {string} text
 */
export function plain(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

/**
 * `1,234 nodes`, `1 node`.
 * @param {number} number
 * @param {string} name
 */
export function count(number, name) {
  return `${number.toLocaleString("en")} ${name}${number === 1 ? "" : "s"}`;
}
