// Recomputes the digests of a lock by docs/lock-format.md alone, from the files themselves.
// Usage: node recompute.mjs LOCK FOLDER, or LOCK NAME=FOLDER … for a lock of several roots.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [lockFile, ...folders] = process.argv.slice(2);
const lock = JSON.parse(readFileSync(lockFile, "utf8"));
const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const shown = (digest) => "sha256:" + digest.toString("hex");
const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const HIGH = "€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ"; // Windows-1252, from 0x80

function read(path) {
  if (folders.length === 1) return readFileSync(join(folders[0], path));
  const [name, inside] = path.split(/::(.*)/s);
  const folder = folders.find((one) => one.startsWith(name + "="));
  return readFileSync(join(folder.slice(name.length + 1), inside));
}

function decoded(data) {
  const begins = (...bytes) => bytes.every((byte, at) => data[at] === byte);
  const as = (encoding, from) => new TextDecoder(encoding, { ignoreBOM: true }).decode(data.subarray(from));
  if (begins(0xef, 0xbb, 0xbf)) return as("utf-8", 3);
  for (const [bom, read32] of [[[0xff, 0xfe, 0, 0], "readUInt32LE"], [[0, 0, 0xfe, 0xff], "readUInt32BE"]])
    if (begins(...bom))
      return Array.from({ length: data.length / 4 - 1 }, (_, at) => String.fromCodePoint(data[read32](4 * at + 4))).join("");
  if (begins(0xff, 0xfe)) return as("utf-16le", 2);
  if (begins(0xfe, 0xff)) return as("utf-16be", 2);
  for (const [first, encoding] of [[0, "utf-16be"], [1, "utf-16le"]]) {
    const every2nd = [...data.subarray(0, 128)].filter((_, at) => at % 2 === first);
    if (every2nd.length > 1 && every2nd.filter((byte) => byte === 0).length > 0.8 * every2nd.length) return as(encoding, 0);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return Array.from(data, (byte) => (byte < 0x80 || byte > 0x9f ? String.fromCharCode(byte) : HIGH[byte - 0x80])).join("");
  }
}

const textOf = (data) => decoded(data).replace(/\r\n?/g, "\n").replaceAll("\0", "");
const leaf = (...fields) =>
  sha(Buffer.of(0), ...fields.flatMap((field) => {
    const data = Buffer.from(String(field)), length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(data.length));
    return [length, data];
  }));

const raw = new Map();
const leaves = [leaf("settings", lock.version, lock.tokenizer, lock.dialects.length, ...lock.dialects, lock.entries.length, ...lock.entries)];
for (const path of Object.keys(lock.files)) raw.set(path, sha(read(path)));
for (const id of Object.keys(lock.nodes).sort(byBytes)) {
  const { path, links } = lock.nodes[id], data = read(path);
  raw.set(path, sha(data));
  const flat = links.flatMap(([target, resolved]) => [target, resolved ?? ""]);
  leaves.push(leaf("node", id, path, data.length, shown(sha(data)), shown(sha(textOf(data))), links.length, ...flat));
}

function tree(hashes) {
  if (hashes.length === 1) return hashes[0];
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  return sha(Buffer.of(1), tree(hashes.slice(0, half)), tree(hashes.slice(half)));
}

function byParts(a, b) {
  const [left, right] = [a.split("/"), b.split("/")];
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? left.length - right.length : byBytes(left[at], right[at] ?? "");
}

const flat = sha(...[...raw.keys()].sort(byParts).map((path) => raw.get(path)));
console.log(JSON.stringify({ root: shown(tree(leaves)), model_signing: shown(flat) }));
