// Lets the field app start and draw without a net: keeps its files and pages, gives tiles and previews that
// were taken along. geodata/web/field_app.py puts `const SHELL = {build, schema, reads, pages, files}` above.

/* global SHELL */

const PREFIX = "feld-";
const CACHE = `${PREFIX}${SHELL.build}`;
const DATABASE = "baumkataster-feld";
const LANGUAGES = ["de", "en"];
/** /feld/ and what lies below a language; other pages of the office may lie beside it. */
const OWN_PAGES = /^\/feld\/(?:$|(?:de|en)\/)/;
const PAGE_WAIT_MS = 20_000;

// --- installing ---

/** One file as it is on the server; any failure fails the whole version. */
async function fetched(address) {
  const answer = await fetch(new Request(address, { credentials: "same-origin", cache: "no-cache" }));
  // A page that was led away (to the sign-in) is not that page.
  if (!answer.ok || answer.redirected) throw new Error(`${answer.status} ${address}`);
  return answer;
}

/** What lies on the tablet must be readable for this version, or it is not installed. */
async function checkStore() {
  const db = await database();
  if (db && !SHELL.reads.includes(db.version)) throw new Error(`schema ${db.version}`);
}

async function install() {
  await checkStore();
  const cache = await caches.open(CACHE);
  const wanted = [...SHELL.pages, ...SHELL.files];
  try {
    const workers = Array.from({ length: 6 }, async () => {
      while (wanted.length) {
        const address = wanted.shift();
        await cache.put(address, await keptBefore(address) ?? await fetched(address));
      }
    });
    await Promise.all(workers);
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

/** A file whose name carries its hash is the same in every version. */
async function keptBefore(address) {
  if (!/\.[0-9a-f]{12}\.\w+$/.test(address)) return null;
  for (const name of await versions()) {
    const found = await (await caches.open(name)).match(address, { ignoreVary: true });
    if (found) return found;
  }
  return null;
}

/** Kept versions, the oldest first. */
async function versions() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** Only this version and the one before it stay. */
async function activate() {
  const others = (await versions()).filter((name) => name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

// --- taking over ---

self.addEventListener("message", (event) => {
  if (event.data?.type !== "take-over") return;
  const ok = SHELL.reads.includes(event.data.schema);
  event.ports[0]?.postMessage({ ok, build: SHELL.build, schema: SHELL.schema });
  if (ok) self.skipWaiting();
});

// --- what was taken along ---

let opened = null;

/** The app's database if it exists, read only; this worker never makes or changes it. */
function database() {
  opened ??= new Promise((resolve) => {
    const request = indexedDB.open(DATABASE);
    const forget = () => (opened = null);
    // It is not there: do not leave an empty one behind.
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () => {
      forget();
      resolve(null);
    };
    request.onsuccess = () => {
      const db = request.result;
      db.onclose = forget;
      // The app wants to change or remove it: nobody waits for this worker.
      db.onversionchange = () => {
        db.close();
        forget();
      };
      resolve(db);
    };
  });
  return opened;
}

/** One row, or null. */
async function rowOf(store, key) {
  const db = await database();
  if (!db) return null;
  try {
    return await new Promise((resolve, reject) => {
      const request = db.transaction(store).objectStore(store).get(key);
      request.onsuccess = () => resolve(request.result ?? null);
      request.onerror = () => reject(request.error);
    });
  } catch {
    return null;
  }
}

async function tile(request, key) {
  const row = await rowOf("tiles", key);
  if (!row) return await fetch(request);
  const size = row.bytes.byteLength ?? row.bytes.size;
  if (!size) return new Response(null, { status: 204 });
  return new Response(row.bytes, { headers: { "Content-Type": "application/vnd.mapbox-vector-tile" } });
}

async function preview(request, id) {
  const row = await rowOf("thumbs", id);
  return row ? new Response(row.blob, { headers: { "Content-Type": row.blob.type } }) : await fetch(request);
}

// --- answering ---

async function kept(address) {
  // Each kept answer is for everybody, whatever its Vary says.
  const own = await (await caches.open(CACHE)).match(address, { ignoreVary: true });
  return own ?? await caches.match(address, { ignoreVary: true });
}

async function file(request, path) {
  return await kept(path) ?? await fetch(request);
}

/** The language of an address below /feld/, else the chosen one, else German. */
async function languageOf(path) {
  const named = path.split("/")[2];
  if (LANGUAGES.includes(named)) return named;
  const chosen = (await rowOf("meta", "preferences"))?.value?.language;
  return LANGUAGES.includes(chosen) ? chosen : LANGUAGES[0];
}

async function page(request, path) {
  const found = await kept(`/feld/${await languageOf(path)}/`);
  if (found) return found;
  return await fetch(request, { signal: AbortSignal.timeout?.(PAGE_WAIT_MS) });
}

function answer(request) {
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return null;
  if (request.mode === "navigate") return OWN_PAGES.test(pathname) ? page(request, pathname) : null;
  const map = pathname.match(/^\/grundkarte\/(\d+\/\d+\/\d+)\.mvt$/);
  if (map) return tile(request, `grundkarte/${map[1]}`);
  const photo = pathname.match(/^\/fotos\/([0-9a-f-]{36})\/vorschau\/$/);
  if (photo) return preview(request, photo[1]);
  return FILES.has(pathname) ? file(request, pathname) : null;
}

const FILES = new Set(SHELL.files.map((address) => new URL(address, self.location.origin).pathname));

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const found = answer(event.request);
  if (found) event.respondWith(found);
});
