// How long the tablet keeps what was recorded on it after the server has answered; asked when clearing away.

const DAY_MS = 86_400_000;
/** The server has it, word for word or byte for byte. */
const KEEP_MS = 7 * DAY_MS;
/** The server did not take the picture: the tablet's is the only one, for whoever still wants it. */
const KEEP_REFUSED_MS = 30 * DAY_MS;
/** Nothing more comes of such entries. */
export const SETTLED = Object.freeze(["accepted", "rejected"]);

/**
 * May an entry go from the tablet, with all its photos? Never while anything of it is open.
 *
 * @param {object} entry stored one
 * @param {object[]} photos its stored photos
 * @param {number} now milliseconds
 */
export function mayGo(entry, photos, now) {
  const old = (at, span) => Boolean(at) && now - Date.parse(at) >= span;
  if (!SETTLED.includes(entry.status) || !old(entry.received_at, KEEP_MS)) return false;
  if (!old(entry.settled_at ?? entry.received_at, KEEP_MS)) return false;
  return photos.every(({ status, received_at }) => {
    if (status === "refused") return old(received_at, KEEP_REFUSED_MS);
    // What a rejected entry's photos wait for will not come; the server has their bytes.
    const isKeptThere = status === "received" || (status === "unsettled" && entry.status === "rejected");
    return isKeptThere && old(received_at, KEEP_MS);
  });
}
