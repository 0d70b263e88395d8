/** Form that adds a photo to a tree. */

import { t } from "baum/io/words.js";
import { DeedForm } from "baum/components/forms/deed_form.js";
import { sendPhoto } from "baum/components/forms/measure_forms.js";

export function photoForm({ data: { tree }, drafts }) {
  return new DeedForm({
    name: "photo",
    tree: tree.id,
    drafts,
    submit: t("Foto speichern"),
    rows: [
      {
        name: "file",
        label: t("Foto"),
        kind: "file",
        required: true,
        hint: t("JPEG, PNG oder WebP. Ort und Gerät der Aufnahme werden nicht gespeichert."),
      },
      { name: "caption", label: t("Bildtext"), most: 200 },
    ],
    send: ({ file, caption }, _version, id) => sendPhoto(tree.id, file, caption, id),
    done: () => t("Das Foto ist gespeichert."),
  });
}
