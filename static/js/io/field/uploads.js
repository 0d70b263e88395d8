/** Sends one photo in pieces by the tus protocol, each piece checked; a break anywhere goes on from there. */

import { Broken } from "baum/io/errors.js";
import { base64OfText, pieceSum } from "baum/io/field/digest.js";
import { ask, problemOf } from "baum/io/field/net.js";
import { t } from "baum/io/words.js";

export const PIECE = 128 * 1024;
const WAIT_MS = 60_000;
/** So often one photo may be asked for its place again before it waits for the next round. */
const DETOURS = 5;
const TUS = { "Tus-Resumable": "1.0.0" };

/** The server will never take this photo; `sentence` says why. */
export class PhotoRefused extends Broken {}

/** Upload-Metadata of the contract. */
function metadataOf(photo, device) {
  const values = {
    id: photo.id,
    tree: photo.tree,
    person: photo.person,
    device,
    sha256: photo.sha256,
    taken_at: photo.taken_at,
    type: photo.type,
    caption: photo.caption,
    entry: photo.entry,
    finding: photo.finding,
    measure: photo.measure,
  };
  return Object.entries(values)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name} ${base64OfText(String(value))}`)
    .join(",");
}

/** One photo on its way. */
class Sending {
  constructor(photo, device, { key = null, signal } = {}) {
    Object.assign(this, { photo, device, key, signal });
    this.address = `photos/${photo.id}/`;
  }

  async #ask(method, address, options = {}) {
    return await ask(method, address, {
      ...options,
      headers: { ...TUS, ...options.headers },
      key: this.key,
      signal: this.signal,
      wait: WAIT_MS,
    });
  }

  /** Tell the server of the photo; where it knows it already, this changes nothing. */
  async create() {
    const answer = await this.#ask("POST", "photos/", {
      headers: {
        "Upload-Length": String(this.photo.size),
        "Upload-Metadata": metadataOf(this.photo, this.device),
      },
    });
    if (answer.status === 201 || answer.status === 200) return;
    if (answer.status === 413 || answer.status === 415) {
      throw new PhotoRefused(
        answer.body?.sentence ?? answer.body?.detail ?? problemOf(answer).sentence,
        answer.status,
      );
    }
    throw problemOf(answer);
  }

  /** How much the server has; null when it does not know the photo. */
  async offset() {
    const answer = await this.#ask("HEAD", this.address);
    if (answer.status === 404 || answer.status === 410) return null;
    if (answer.status !== 200 && answer.status !== 204) throw problemOf(answer);
    const said = answer.headers.get("Upload-Offset");
    const offset = Number(said);
    if (said === null || !Number.isInteger(offset) || offset < 0 || offset > this.photo.size) {
      throw new Broken(
        t("Die Antwort des Servers zum Foto ist unverständlich. Es wird später wieder gesendet."),
      );
    }
    return offset;
  }

  /** Send one piece; gives the new offset, or null when the server is somewhere else. */
  async piece(offset) {
    const bytes = await this.photo.blob.slice(offset, offset + PIECE).arrayBuffer();
    const answer = await this.#ask("PATCH", this.address, {
      body: bytes,
      headers: {
        "Content-Type": "application/offset+octet-stream",
        "Upload-Offset": String(offset),
        "Upload-Checksum": `sha256 ${await pieceSum(bytes)}`,
      },
    });
    if ([404, 409, 410, 423, 460].includes(answer.status)) return null;
    if (answer.status !== 204 && answer.status !== 200) throw problemOf(answer);
    const said = Number(answer.headers.get("Upload-Offset"));
    return said === offset + bytes.byteLength ? said : null;
  }

  /** What the server says of the whole photo. */
  async receipt() {
    const answer = await this.#ask("GET", this.address);
    if (answer.status !== 200) throw problemOf(answer);
    return answer.body;
  }
}

/**
 * Send a photo until the server holds all of it, and fetch its receipt.
 *
 * @param {object} photo row of the store, with `blob`
 * @param {(offset: number) => void} onOffset bytes that the server has
 * @param {{device: string, key?: string|null, signal?: AbortSignal}} options key: the device's own right
 * @returns {Promise<{status: string, sentence: string, sha256: string, offset: number}>} the receipt, whose
 *   sum is that of our bytes
 * @throws {RequestError} the photo stays; PhotoRefused: it will never be taken
 */
export async function sendPhoto(photo, onOffset, { device, key, signal }) {
  const sending = new Sending(photo, device, { key, signal });
  let offset = photo.attempts > 0 ? await sending.offset() : null;
  if (offset === null) {
    await sending.create();
    offset = photo.attempts > 0 ? await sending.offset() ?? 0 : 0;
  }
  onOffset(offset);
  let detours = 0;
  while (offset < photo.size) {
    let next = await sending.piece(offset);
    if (next === null) {
      detours += 1;
      if (detours > DETOURS) {
        throw new Broken(t("Das Foto kommt beim Server nicht richtig an. Es wird später wieder gesendet."));
      }
      next = await sending.offset();
      if (next === null) {
        await sending.create();
        next = 0;
      }
    }
    offset = next;
    onOffset(offset);
  }
  return matching(photo, await sending.receipt());
}

/** The receipt, if it is of these very bytes. */
function matching(photo, receipt) {
  const final = ["received", "unsettled", "refused"].includes(receipt.status);
  if (final && receipt.sha256 === photo.sha256) return receipt;
  throw new Broken(
    t("Die Quittung des Servers passt nicht zum Foto. Es bleibt auf dem Tablet und wird wieder gesendet."),
  );
}

/** Ask again what has become of a photo that the server holds but could not place yet. */
export async function photoStatus(photo, { device, key, signal }) {
  return matching(photo, await new Sending(photo, device, { key, signal }).receipt());
}
