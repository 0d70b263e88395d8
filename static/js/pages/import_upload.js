/** The upload form: a file may be dropped on it, and one that is too large is told before it is sent. */

const form = document.querySelector("#upload");
const drop = document.querySelector("#drop");
const input = form.querySelector("input[type=file]");
const words = drop.querySelector(".import-drop__name");
drop.querySelector(".import-drop__hint").hidden = false;

/** Say which file it is, or that it is too large. */
function show() {
  const file = input.files[0];
  const tooLarge = Boolean(file && form.dataset.most && file.size > Number(form.dataset.most));
  drop.classList.toggle("is-too-large", tooLarge);
  words.textContent = tooLarge ? words.dataset.tooLarge : "";
  input.setCustomValidity(tooLarge ? words.dataset.tooLarge : "");
}

input.addEventListener("change", show);
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("is-over");
  });
}
for (const name of ["dragleave", "drop"]) {
  drop.addEventListener(name, () => drop.classList.remove("is-over"));
}
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  if (!event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  show();
});
form.addEventListener("submit", () => {
  // A second click would hand the file in twice.
  for (const button of form.querySelectorAll("button")) button.disabled = true;
});
