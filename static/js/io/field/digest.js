/** Checksums of texts and bytes, as the receipts of the server name them. */

import { StoreBroken } from "baum/io/field/errors.js";
import { t } from "baum/io/words.js";

async function digest(bytes) {
  if (!globalThis.crypto?.subtle) {
    throw new StoreBroken(t("Ohne gesicherte Verbindung (https) kann die App nichts speichern."));
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const hexOf = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes as base64, in steps that no argument list overflows. */
export function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}

/** Base64 of a text's UTF-8. */
export const base64OfText = (text) => base64Of(new TextEncoder().encode(text));

/** Hex of the UTF-8 text. */
export const textSum = async (text) => hexOf(await digest(new TextEncoder().encode(text)));

/** Hex of bytes. */
export const bytesSum = async (buffer) => hexOf(await digest(buffer));

/** Base64 of the sum, as tus asks for each piece. */
export const pieceSum = async (buffer) => base64Of(await digest(buffer));
