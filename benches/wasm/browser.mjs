// A study in WebAssembly in a browser: says how long it took, as benches/comparison.rs does.
//
// Usage: node browser.mjs BROWSER PACKAGE MODEL TRIALS METHOD
// where BROWSER is a Chromium and PACKAGE is target/wasm/web. A page gets the package and the model from a server that lives
// as long as this program, runs a short study that warms the engine up and then the one that is measured, and sends back
// what it found. The seconds are those of the clock on the wall: a page has no other.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [browser, packageDirectory, model, trials, method] = process.argv.slice(2);
if (method === undefined) {
  console.error("usage: node browser.mjs BROWSER PACKAGE MODEL TRIALS METHOD");
  process.exit(2);
}
const PATIENCE = 120_000;
const page = `<!doctype html><title>A study</title><script type="module">
import init, { run } from "./fivenines.js";
const send = (body) => fetch("/found", { method: "POST", body: JSON.stringify(body) });
try {
  await init();
  const text = await (await fetch("/model")).text();
  const study = (trials) => run(text, JSON.stringify({ seed: 1, trials, method: ${JSON.stringify(method)} }));
  study(100);
  const start = performance.now();
  const result = study(${Number(trials)});
  const seconds = (performance.now() - start) / 1000;
  await send({ work: ${Number(trials)}, seconds, bytes: new TextEncoder().encode(result).length });
} catch (error) {
  await send({ error: String(error) });
}
</script>`;
const inPackage = (name) => readFileSync(join(resolve(packageDirectory), name));
const answers = {
  "/": ["text/html", () => page],
  "/model": ["text/plain", () => readFileSync(model)],
  "/fivenines.js": ["text/javascript", () => inPackage("fivenines.js")],
  "/fivenines_bg.wasm": ["application/wasm", () => inPackage("fivenines_bg.wasm")],
};
const server = createServer((request, response) => {
  if (request.url === "/found") {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      response.end();
      finish(JSON.parse(text));
    });
  } else if (request.url in answers) {
    const [type, body] = answers[request.url];
    response.writeHead(200, { "content-type": type }).end(body());
  } else {
    response.writeHead(404).end();
  }
});
const profile = mkdtempSync(join(tmpdir(), "fivenines-browser-"));
let shown;
const timer = setTimeout(() => finish({ error: `no answer in ${PATIENCE / 1000} s` }), PATIENCE);

function finish(found) {
  clearTimeout(timer);
  server.close();
  server.closeAllConnections();
  shown.on("exit", () => setTimeout(forget, 500));
  shown.kill();
  if (found.error === undefined) {
    console.log(JSON.stringify(found));
  } else {
    console.error(`the browser says: ${found.error}`);
    process.exitCode = 1;
  }
}

/** Removes the profile; what a browser is still writing is left to whoever empties the directory of temporary files. */
function forget() {
  try {
    rmSync(profile, { recursive: true, force: true });
  } catch (error) {
    console.error(`left behind: ${error.path}`);
  }
}

server.listen(0, "127.0.0.1", () => {
  const quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const flags = ["--headless", "--no-sandbox", "--no-first-run", ...quiet, `--user-data-dir=${profile}`];
  // Without a port for its tools, a headless browser ends as soon as it has the page.
  flags.push("--remote-debugging-port=0", `http://127.0.0.1:${server.address().port}/`);
  shown = spawn(browser, flags, { stdio: "ignore" });
  shown.on("error", (error) => finish({ error: String(error) }));
});
