/** Ticks all conflicts of the page at once; without it each is ticked by hand. */

const all = document.querySelector("#tick-all");
const each = [...document.querySelectorAll("input[name=each]")];
if (all && each.length > 1) {
  all.parentElement.hidden = false;
  all.addEventListener("change", () => {
    for (const box of each) box.checked = all.checked;
  });
  for (const box of each) {
    box.addEventListener("change", () => {
      all.checked = each.every((one) => one.checked);
    });
  }
}
