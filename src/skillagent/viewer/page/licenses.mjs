// Prints the licences of the packages that are in the built page.

import { existsSync, readFileSync, readdirSync } from "node:fs";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const names = Object.entries(packages)
  .filter(([path, about]) => path && !about.dev && !about.devOptional && !about.peer)
  .map(([path]) => path)
  .sort();
console.log("page.js contains these packages, under their licences.");
for (const path of names) {
  const about = JSON.parse(readFileSync(`${path}/package.json`, "utf8"));
  const file = readdirSync(path).find((name) => /^licen[cs]e/i.test(name));
  console.log(`\n${"-".repeat(78)}\n${about.name} ${about.version} (${about.license})\n`);
  const text = file && existsSync(`${path}/${file}`) ? readFileSync(`${path}/${file}`, "utf8") : "";
  console.log(text.trim().replaceAll("\r\n", "\n") || "The package has no file with the text of its licence.");
}
