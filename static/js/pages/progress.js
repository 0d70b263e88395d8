/** Shows how far a job of the worker is; loads the page anew when it is through. The address answers
 * { busy, share, words }; without a share (null) the bar says only that something goes on. */

import { read } from "baum/io/api.js";

const PAUSE_MS = 1000;
const box = document.querySelector("#progress");
const bar = box.querySelector("progress");
const words = box.querySelector("#progress-words");

async function look() {
  try {
    const now = await read(box.dataset.address);
    if (!now.busy) return location.reload();
    if (now.share === null) bar.removeAttribute("value");
    else bar.value = now.share;
    if (words.textContent !== now.words) words.textContent = now.words;
  } catch {
    // The server is away for a moment: ask again, the job goes on by itself.
  }
  setTimeout(look, PAUSE_MS);
}

setTimeout(look, PAUSE_MS / 2);
