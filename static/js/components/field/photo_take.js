/** Takes photos by camera or from files, makes them small, shows them as thumbnails; each belongs to a finding. */

import { shrink } from "baum/io/field/pictures.js";
import { newId } from "baum/io/ids.js";
import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { drawOn } from "baum/components/field/photo_draw.js";

/** Addresses of pictures that are shown; let go when the picture leaves the page. */
function picture(blob, words) {
  const address = URL.createObjectURL(blob);
  const image = h("img", { src: address, alt: words });
  image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  return image;
}

/**
 * Thumbnails and buttons for one finding (null: the whole tree).
 *
 * @param {{photos: object[], pending: Set<Promise>, changed: () => void}} holder
 * @param {?string} finding id
 * @param {{extra?: object}} [options] extra: further values of each photo, such as {measure}
 */
export function photoStrip(holder, finding = null, { extra = {} } = {}) {
  const thumbs = h("div.ff-thumbs");
  const said = h("p.ff-error", { role: "alert", hidden: true });
  const show = () => {
    const own = holder.photos.filter((each) => each.finding === finding);
    thumbs.hidden = !own.length;
    thumbs.replaceChildren(...own.map((photo, i) => thumb(holder, photo, i, show)));
  };
  const take = async (files) => {
    said.hidden = true;
    for (const file of files) {
      const waiting = h("span.ff-thumb.ff-thumb--waiting", {}, t("Foto …"));
      thumbs.hidden = false;
      thumbs.append(waiting);
      const work = shrink(file).then(({ blob, taken_at }) => {
        holder.photos.push({
          id: newId(),
          blob,
          type: "image/jpeg",
          taken_at: taken_at ?? new Date().toISOString(),
          caption: "",
          finding,
          ...extra,
        });
        holder.changed();
      });
      holder.pending.add(work);
      try {
        await work;
      } catch (error) {
        if (!error.sentence) throw error;
        said.textContent = error.sentence;
        said.hidden = false;
      } finally {
        holder.pending.delete(work);
        show();
      }
    }
  };
  show();
  return h(
    "div.ff-photos",
    {},
    thumbs,
    h(
      "div.ff-chips",
      {},
      fileButton(t("Foto"), { capture: "environment" }, take),
      fileButton(t("Bild wählen"), { multiple: true }, take),
    ),
    said,
  );
}

/** A label that looks like a chip and opens the camera or the files. */
function fileButton(words, attributes, take) {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    ...attributes,
    onchange: () => {
      const files = [...input.files];
      input.value = "";
      take(files);
    },
  });
  return h("label.ff-chip-button.ff-file", {}, h("span", {}, words), input);
}

function thumb(holder, photo, place, show) {
  const words = t("Foto {n}", { n: place + 1 });
  const replace = (blob) => {
    photo.blob = blob;
    holder.changed();
    show();
  };
  return h(
    "div.ff-thumb",
    {},
    h(
      "button.ff-thumb__draw",
      {
        type: "button",
        title: t("Auf {name} zeichnen", { name: words }),
        onclick: () => drawOn(photo.blob, replace),
      },
      picture(photo.blob, words),
      h("span.kern-sr-only", {}, t("Auf {name} zeichnen", { name: words })),
    ),
    h(
      "button.ff-thumb__drop",
      {
        type: "button",
        title: t("{name} entfernen", { name: words }),
        onclick: () => {
          holder.photos.splice(holder.photos.indexOf(photo), 1);
          holder.changed();
          show();
        },
      },
      fieldIcon("close"),
      h("span.kern-sr-only", {}, t("{name} entfernen", { name: words })),
    ),
  );
}
