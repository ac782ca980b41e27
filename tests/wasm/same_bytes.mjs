// The WebAssembly package gives the very bytes of the command line.
//
// Usage: node tests/wasm/same_bytes.mjs PACKAGE PROGRAM MODELS
// where PACKAGE is target/wasm/node, PROGRAM the native fivenines, and MODELS a directory of models.
// The package is a release build and the program usually a debug build, so this compares those as well.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [packageDirectory, program, modelDirectory] = process.argv.slice(2).map((path) => resolve(path));
if (modelDirectory === undefined) {
  console.error("usage: node same_bytes.mjs PACKAGE PROGRAM MODELS");
  process.exit(2);
}
const fivenines = createRequire(import.meta.url)(join(packageDirectory, "fivenines.js"));
const seed = 1;
const trials = 330;
const plan = ["--seed", String(seed), "--trials", String(trials)];

function native(...words) {
  return execFileSync(program, words, { encoding: "utf8", maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });
}

function assertSame(actual, expected, what) {
  if (actual === expected) return;
  const [lines, others] = [actual.split("\n"), expected.split("\n")];
  const line = others.findIndex((other, index) => other !== lines[index]);
  assert.fail(`${what} differs at line ${line + 1}:\n  wasm:   ${lines[line]}\n  native: ${others[line]}`);
}

const models = readdirSync(modelDirectory).filter((name) => name.endsWith(".yaml")).sort();
assert.notEqual(models.length, 0, "there are models");
assert.match(native("--version"), new RegExp(`\\b${fivenines.version().replaceAll(".", "\\.")}\\b`));

for (const name of models) {
  const path = join(modelDirectory, name);
  const text = readFileSync(path, "utf8");

  const result = native("run", path, "--format", "json", ...plan);
  const options = { seed, trials };
  assertSame(fivenines.run(text, JSON.stringify(options)), result, `the result of ${name}`);

  const shards = [3, 1, 2].map((index) => fivenines.run_shard(text, JSON.stringify(options), index, 3));
  assertSame(fivenines.merge(shards), result, `the merged result of ${name}`);

  const shorter = { ...options, overrides: ["window.length=90d"] };
  assertSame(
    fivenines.run(text, JSON.stringify(shorter)),
    native("run", path, "--format", "json", "--set", "window.length=90d", ...plan),
    `the result of ${name} over 90 days`,
  );

  for (const trial of [0, 7]) {
    assertSame(
      fivenines.trace(text, JSON.stringify({ seed }), trial),
      native("trace", path, "--format", "json", "--seed", String(seed), "--trial", String(trial)),
      `trial ${trial} of ${name}`,
    );
  }
  console.log(`same bytes: ${name}`);
}

const broken = "fivenines: 1\nname: broken\nplaecs: {}\n";
const found = JSON.parse(fivenines.check(broken));
assert.ok(found.some((diagnostic) => diagnostic.severity === "error" && diagnostic.message.includes("plaecs")));
assert.throws(
  () => fivenines.run(broken, "{}"),
  (error) => error instanceof Error && JSON.parse(error.message).length === found.length,
);
assert.throws(() => fivenines.run(broken, '{ "tirals": 1 }'), /tirals/);
console.log("same bytes: errors of a broken model");
