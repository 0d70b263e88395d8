// When a photo was taken, out of the JPEG's own notes (EXIF); nothing else of them is read or kept.

const SOI = 0xffd8;
const APP1 = 0xffe1;
const START_OF_SCAN = 0xffda;
const EXIF_HEADER = [0x45, 0x78, 0x69, 0x66, 0, 0];
const EXIF_POINTER = 0x8769;
const DATE_TIME = 0x0132;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_ORIGINAL = 0x9011;
const ASCII = 2;
const TEXT = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/;

/**
 * The moment of the shutter: "2026-11-27T10:15:00+01:00", without the offset where the camera does not
 * say it (then it is the camera's local time); null where nothing usable stands there.
 *
 * @param {ArrayBuffer} buffer of the whole file or its beginning
 * @returns {?string}
 */
export function takenAt(buffer) {
  try {
    return momentIn(new DataView(buffer));
  } catch (error) {
    // A cut or wrong file points beyond its end: it says nothing, and that is no failure.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function momentIn(view) {
  const tiff = exifAt(view);
  if (tiff === null) return null;
  const order = view.getUint16(tiff);
  if (order !== 0x4949 && order !== 0x4d4d) return null;
  const little = order === 0x4949;
  if (view.getUint16(tiff + 2, little) !== 42) return null;
  const first = tagsAt(view, tiff, view.getUint32(tiff + 4, little), little);
  const pointer = first.get(EXIF_POINTER);
  const notes = pointer ? tagsAt(view, tiff, pointer.value, little) : new Map();
  const text = textOf(view, tiff, notes.get(DATE_TIME_ORIGINAL)) || textOf(view, tiff, first.get(DATE_TIME));
  return written(text, textOf(view, tiff, notes.get(OFFSET_ORIGINAL)));
}

/** Where the notes begin; null in a file that is no JPEG or has none. */
function exifAt(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return null;
  let at = 2;
  while (at + 4 <= view.byteLength) {
    const marker = view.getUint16(at);
    if (marker < 0xff00 || marker === START_OF_SCAN) return null;
    const length = view.getUint16(at + 2);
    if (marker === APP1 && EXIF_HEADER.every((byte, i) => view.getUint8(at + 4 + i) === byte)) return at + 10;
    if (length < 2) return null;
    at += 2 + length;
  }
  return null;
}

/** Tags of one directory by number: how many values, and the value or where it stands. */
function tagsAt(view, tiff, offset, little) {
  const start = tiff + offset;
  const tags = new Map();
  const count = view.getUint16(start, little);
  for (let i = 0; i < count; i++) {
    const at = start + 2 + i * 12;
    tags.set(view.getUint16(at, little), {
      type: view.getUint16(at + 2, little),
      count: view.getUint32(at + 4, little),
      value: view.getUint32(at + 8, little),
    });
  }
  return tags;
}

function textOf(view, tiff, tag) {
  if (!tag || tag.type !== ASCII || tag.count < 5 || tag.count > 64) return "";
  let text = "";
  for (let i = 0; i < tag.count; i++) {
    const byte = view.getUint8(tiff + tag.value + i);
    if (!byte) break;
    text += String.fromCharCode(byte);
  }
  return text.trim();
}

/** ISO text; null for a moment that no calendar has ("0000:00:00 00:00:00"). */
function written(text, offset) {
  const parts = TEXT.exec(text);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second] = parts;
  const moment = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const read = new Date(`${moment}Z`);
  if (Number.isNaN(read.getTime()) || !read.toISOString().startsWith(moment)) return null;
  return /^[+-]\d\d:\d\d$/.test(offset) ? moment + offset : moment;
}
