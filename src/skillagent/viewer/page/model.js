// The data of the file, with what is looked up often.

/**
 * @typedef {object} GraphNode
 * @property {string} id
 * @property {string} title
 * @property {"node" | "map" | "skill"} kind
 * @property {string} description
 * @property {[number, number]} tokens of the summary and of the text
 * @property {string} map id of the map that it belongs to, or empty
 * @property {[number, number]} at
 * @property {string | null} text HTML
 * @property {string} [status]
 * @property {string[]} [successors]
 * @property {Finding[]} [findings]
 */
/**
 * @typedef {object} Finding
 * @property {string} code
 * @property {"error" | "warning" | "info"} severity
 * @property {string} message
 * @property {number} line
 * @property {string} remedy
 */
/**
 * @typedef {object} GraphMap the area of a map
 * @property {string} id empty for the area of the nodes without a map
 * @property {[number, number]} at
 * @property {number} radius
 * @property {string} parent
 * @property {string} top
 * @property {number} nodes
 */
/** @typedef {{source: GraphNode, target: GraphNode, context: string, field: string}} Edge */
/**
 * @typedef {object} Data the JSON of the file
 * @property {string} name
 * @property {string | null} entry
 * @property {number} wholeNodes
 * @property {GraphNode[]} nodes
 * @property {[number, number, string, string][]} edges
 * @property {GraphMap[]} maps
 * @property {Record<string, number>} severities
 * @property {string[]} remarks
 * @property {unknown[]} [walks]
 */
/** @typedef {ReturnType<typeof modelOf>} Model */

/** How many colours there are; with more maps, they repeat. */
export const COLOURS = 10;

/** @param {Data} data */
export function modelOf(data) {
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  /** @type {Map<string, Edge[]>} */
  const out = new Map(data.nodes.map((node) => [node.id, /** @type {Edge[]} */ ([])]));
  /** @type {Map<string, Edge[]>} */
  const into = new Map(data.nodes.map((node) => [node.id, /** @type {Edge[]} */ ([])]));
  const edges = data.edges.map(([from, to, context, field]) => {
    const edge = { source: data.nodes[from], target: data.nodes[to], context, field };
    out.get(edge.source.id).push(edge);
    into.get(edge.target.id).push(edge);
    return edge;
  });
  const maps = new Map(data.maps.map((map) => [map.id, map]));
  const members = new Map(data.maps.map((map) => [map.id, /** @type {GraphNode[]} */ ([])]));
  for (const node of data.nodes) members.get(node.map)?.push(node);
  const tops = topsOf(data);
  const colourOf = new Map(tops.map((map, at) => [map.id, at % COLOURS]));
  const neighbours = new Map(
    data.nodes.map((node) => {
      const ids = [
        ...out.get(node.id).map((edge) => edge.target.id),
        ...into.get(node.id).map((edge) => edge.source.id),
      ];
      return [node.id, [...new Set(ids)]];
    }),
  );

  /**
   * The number of the colour of a node: that of the outermost map around it; -1 for none.
   * @param {GraphNode} node
   */
  function colour(node) {
    const own = maps.get(node.id) ?? maps.get(node.map);
    return colourOf.get(own?.top ?? node.id) ?? -1;
  }

  return { ...data, data, nodes, edges, out, into, maps, members, tops, colour, neighbours };
}

/**
 * The outermost maps inside the entry, which have a colour each, the largest first.
 * @param {Data} data
 */
function topsOf(data) {
  return data.maps
    .filter((map) => map.top === map.id && map.id !== data.entry && map.id !== "")
    .sort((a, b) => b.nodes - a.nodes || (a.id < b.id ? -1 : 1));
}
