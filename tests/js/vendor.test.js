// Vendored files are those whose hashes SOURCES.md names, and every one is named.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

const ROOT = "static/vendor";
const TEXT = Deno.readTextFileSync(`${ROOT}/SOURCES.md`);
const NAMED = new Map(
  [...TEXT.matchAll(/\| `([^`]+)` \| `([0-9a-f]{64})` \|/g)].map(([, path, hash]) => [path, hash]),
);

function files(folder) {
  return [...Deno.readDirSync(folder)].flatMap((entry) =>
    entry.isDirectory ? files(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`.slice(ROOT.length + 1)]
  );
}

const sha256 = (path) => createHash("sha256").update(Deno.readFileSync(path)).digest("hex");

Deno.test("each named file has its hash", () => {
  assert.ok(NAMED.size > 10);
  for (const [path, hash] of NAMED) assert.equal(sha256(`${ROOT}/${path}`), hash, path);
});

Deno.test("each file that a browser loads is named", () => {
  const loaded = files(ROOT).filter((path) => /\.(js|css|png|woff2)$/.test(path));
  assert.deepEqual(loaded.filter((path) => !NAMED.has(path)), []);
});

Deno.test("the tests' own copy has its hash", () => {
  const [hash] = Deno.readTextFileSync("tests/vendor/SOURCES.md").match(/[0-9a-f]{64}/);
  assert.equal(sha256("tests/vendor/axe.min.js"), hash);
});
