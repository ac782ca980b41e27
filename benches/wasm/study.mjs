// A study in WebAssembly, from the text of a model to that of a result: says how long it took, as benches/comparison.rs
// does.
//
// Usage: node benches/wasm/study.mjs PACKAGE MODEL TRIALS METHOD
// where PACKAGE is target/wasm/node. The engine has loaded and compiled the module before the clock starts, and a short
// study has warmed it up. The seconds are processor time, compilation in the background included.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [packageDirectory, model, trials, method] = process.argv.slice(2);
if (method === undefined) {
  console.error("usage: node study.mjs PACKAGE MODEL TRIALS METHOD");
  process.exit(2);
}
const fivenines = createRequire(import.meta.url)(join(resolve(packageDirectory), "fivenines.js"));
const text = readFileSync(model, "utf8");
const study = (count) => fivenines.run(text, JSON.stringify({ seed: 1, trials: count, method }));
study(100);
const start = process.cpuUsage();
const result = study(Number(trials));
const { user, system } = process.cpuUsage(start);
const seconds = (user + system) / 1e6;
console.log(JSON.stringify({ work: Number(trials), seconds, bytes: Buffer.byteLength(result) }));
