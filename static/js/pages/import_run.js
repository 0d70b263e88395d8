/** Shows how far an import is, without a new page; loads the page anew when it is through (geodata/web/import_jobs.py). */

import { number } from "baum/core/formats.js";
import { read } from "baum/io/api.js";
import { LANGUAGE } from "baum/io/words.js";

const PAUSE_MS = 1000;
const box = document.querySelector("#progress");
const bar = box.querySelector("progress");
const head = box.querySelector("#progress-head");
const step = box.querySelector("#progress-step");
/** The badge in the head of the page says the same as the progress. */
const badge = document.querySelector("[data-state]");
const rows = box.querySelector("#progress-rows");

/** Set words only when they are others: a screen reader says each change. */
function say(element, words) {
  if (words && element.textContent !== words) element.textContent = words;
}

/** Rows that are read, of how many. */
function counted(now) {
  const done = number(now.rows, LANGUAGE, 0);
  return now.total > now.rows ? `${done} / ${now.about ? "≈ " : ""}${number(now.total, LANGUAGE, 0)}` : done;
}

async function look() {
  try {
    const now = await read(box.dataset.address);
    if (!now.busy) return location.reload();
    bar.value = now.share;
    say(head, now.words);
    say(badge, now.words);
    say(step, now.step);
    if (now.rows) rows.textContent = rows.dataset.words.replace("{number}", counted(now));
  } catch {
    // The server is away for a moment: ask again, the import goes on by itself.
  }
  setTimeout(look, PAUSE_MS);
}

setTimeout(look, PAUSE_MS / 2);
