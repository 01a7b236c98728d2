// Speaks with the program that shows this page as an MCP App (SEP-1865, 2026-01-26): JSON-RPC over
// postMessage. The page asks for nothing but the handshake; it takes the theme, and the result of
// each call, whose walk it draws.

import { mountWalks } from "./walks.js";

/** @typedef {import("./walk_state.js").Step} Step */
/** @typedef {import("./walk_state.js").Walk} Walk */

const PROTOCOL = "2026-01-26";
const WALK_KEY = "skillagent/walk";
/** Height of the page where the host leaves it to the page, in CSS pixels. */
const HEIGHT = 640;
const METHOD_NOT_FOUND = -32601;

/** Whether another page shows this one. */
export function isEmbedded() {
  return window.parent !== window;
}

/**
 * Greet the page around this one, and show what it tells; nothing if there is none.
 * @param {import("./view.js").Api} api
 */
export function joinHost(api) {
  if (isEmbedded()) new Host(api).greet();
}

class Host {
  /** @param {import("./view.js").Api} api */
  constructor(api) {
    this.api = api;
    this.walks = /** @type {ReturnType<typeof mountWalks> | null} */ (null);
    this.steps = /** @type {Step[]} */ ([]);
    this.tool = "";
    this.arguments = "";
  }

  greet() {
    window.addEventListener("message", (event) => {
      if (event.source === window.parent && event.data?.jsonrpc === "2.0") this.take(event.data);
    });
    const appInfo = { name: "skillagent", title: "Skill graph", version: "1" };
    const appCapabilities = { availableDisplayModes: ["inline", "fullscreen"] };
    this.send({ id: 1, method: "ui/initialize", params: { appInfo, appCapabilities, protocolVersion: PROTOCOL } });
  }

  /** @param {Record<string, unknown>} message */
  send(message) {
    // The origin of a host is not known, and nothing secret is sent.
    window.parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  }

  /** @param {any} message */
  take(message) {
    const { id, method, params, result } = message;
    if (id === 1 && !method && result) {
      this.context(result.hostContext ?? {});
      this.send({ method: "ui/notifications/initialized", params: {} });
    } else if (method === "ui/notifications/host-context-changed") this.context(params ?? {});
    else if (method === "ui/notifications/tool-input") this.input(params ?? {});
    else if (method === "ui/notifications/tool-result") this.result(params ?? {});
    else if (method && id !== undefined) this.answer(id, method);
  }

  /**
   * @param {string | number} id
   * @param {string} method
   */
  answer(id, method) {
    if (method === "ping" || method === "ui/resource-teardown") this.send({ id, result: {} });
    else this.send({ id, error: { code: METHOD_NOT_FOUND, message: "This page has no such method." } });
  }

  /** @param {any} context what the host tells of itself, or a part of it */
  context(context) {
    if (context.theme === "light" || context.theme === "dark") this.api.setTheme(context.theme);
    if (context.toolInfo?.tool?.name) this.tool = String(context.toolInfo.tool.name);
    const room = context.containerDimensions;
    if (room && !("height" in room)) {
      const height = Math.min(HEIGHT, room.maxHeight ?? HEIGHT);
      this.send({ method: "ui/notifications/size-changed", params: { width: window.innerWidth, height } });
    }
  }

  /** @param {any} params */
  input(params) {
    const values = Object.values(params.arguments ?? {}).filter((value) => value !== null && value !== undefined);
    this.arguments = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ");
  }

  /** @param {any} params the result of a call */
  result(params) {
    const walk = params._meta?.[WALK_KEY];
    if (Array.isArray(walk?.steps)) this.show(walk);
    else {
      // Some hosts keep `_meta` to themselves: then the text tells what was shown.
      const text = (params.content ?? []).map((/** @type {any} */ block) => (block.type === "text" ? block.text : "")).join("\n");
      this.steps.push(this.stepOf(text, Boolean(params.isError)));
      this.show({ name: "This conversation", question: "", answer: "", outcome: "", budget: 0, steps: this.steps, remarks: {}, omitted: "", parting: null });
    }
  }

  /** @param {Walk} walk */
  show(walk) {
    const position = walk.steps.length;
    if (this.walks) this.walks.set([walk], position);
    else this.walks = mountWalks(this.api, [walk], position);
  }

  /**
   * A step as the text of an answer tells it; its lines are those of `disclosure.writing`.
   * @param {string} text
   * @param {boolean} refused
   * @returns {Step}
   */
  stepOf(text, refused) {
    const ids = (/** @type {RegExp} */ pattern) => [...new Set([...text.matchAll(pattern)].map((match) => match[1]))].filter((id) => this.api.model.nodes.has(id));
    const paid = /^\(call \d+: (\d+) tokens; (\d+) of \d+ left/m.exec(text);
    return {
      number: this.steps.length + 1,
      operation: this.tool || "call",
      arguments: this.arguments,
      listed: ids(/^- \[\[(.+?)\]\] \(/gm),
      summarised: ids(/^# \[\[(.+?)\]\] .*tokens\)$/gm),
      read: ids(/^<node id="([^"\n]+)"/gm),
      arrivals: [],
      cost: Number(paid?.[1] ?? 0),
      left: Number(paid?.[2] ?? 0),
      refused,
      remark: "",
      before: [],
    };
  }
}
