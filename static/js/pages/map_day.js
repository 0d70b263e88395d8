/** The form "Stichtag" and the banner of a past day on the map: both keep the view; used by pages/map.js. */

import { writeAddress } from "baum/core/filters.js";

/** @param {object} state the view as it stands in the address (core/filters.js) */
export function wireDay(state) {
  const go = (past) => location.assign(`${location.pathname}${writeAddress({ ...state, past })}`);
  const form = document.querySelector("#day-form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { stichtag, lesart } = Object.fromEntries(new FormData(form));
    go(stichtag ? { stichtag, lesart } : {});
  });
  document.querySelector("#day-today")?.addEventListener("click", (event) => {
    event.preventDefault();
    go({});
  });
}
