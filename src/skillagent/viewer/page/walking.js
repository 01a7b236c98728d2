// Which neighbour of a node lies in the direction of an arrow key.

/** @type {Record<string, [number, number]>} x to the right, y downwards */
export const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * The nearest neighbour within 60 degrees of a direction; null if there is none.
 * @param {{x: number, y: number}} from
 * @param {{id: string, x: number, y: number}[]} neighbours
 * @param {[number, number]} direction
 */
export function inDirection(from, neighbours, direction) {
  let best = /** @type {string | null} */ (null);
  let least = Infinity;
  for (const { id, x, y } of neighbours) {
    const [dx, dy] = [x - from.x, y - from.y];
    const distance = Math.hypot(dx, dy);
    if (!distance) continue;
    const cosine = (dx * direction[0] + dy * direction[1]) / distance;
    if (cosine < 0.5) continue;
    const price = distance * (2 - cosine);
    if (price < least) [best, least] = [id, price];
  }
  return best;
}
