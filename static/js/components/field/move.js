/** Moves a tree on the map to where it really stands; the accuracy of the receiver is kept. */

import { metresBetween } from "baum/core/geodesy.js";
import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { Deed } from "baum/components/field/deed.js";
import { positionPart } from "baum/components/field/position_part.js";
import { placeWords, treeTitle } from "baum/components/field/tree_words.js";

/** So far nobody is wrong by accident; it is asked about, not forbidden. */
const FAR_M = 100;

/** @returns {Deed} the deed whose frame is the form */
function moveDeed(ctx, row) {
  const title = treeTitle(row);
  return new Deed({
    ctx,
    name: "move",
    subject: row.id,
    values: { position: null },
    frame: {
      title: t("Lage von {title}", { title }),
      sub: placeWords(row),
      submit: t("Neue Lage speichern"),
    },
    check: ({ position }) => position ? {} : { position: [t("Die neue Lage fehlt.")] },
    order: ({ position }) => ({
      kind: "tree_move",
      tree: row.id,
      treeVersion: row.version,
      body: { base: { lon: row.lon, lat: row.lat }, ...position },
    }),
    sentence: ({ position }) =>
      t("{title} ist um {n} m verschoben.", { title, n: number(metresBetween(row, position), LANGUAGE) }),
    done: () => ctx.open(row.id),
  });
}

/** The form as an element, to be put into sheet or screen. */
export function moveForm(ctx, row) {
  const deed = moveDeed(ctx, row);
  build(deed, ctx, row);
  return deed.frame.element;
}

/** Open it as a page, with what was typed before. */
export async function openMove(ctx, row) {
  const deed = await moveDeed(ctx, row).restore(() => openMove(ctx, row));
  build(deed, ctx, row);
  return deed.frame.enter();
}

function build(deed, ctx, row) {
  const far = h("p.ff-note", { role: "status", hidden: true });
  const update = () => {
    const { position } = deed.values;
    far.hidden = !position || metresBetween(row, position) < FAR_M;
    far.textContent = t("Das ist weit weg. Stimmt der Baum?");
  };
  deed.on(update);
  update();
  deed.frame.add(
    h(
      "p.ff-lead",
      {},
      row.position_accuracy_m
        ? t("Bisher auf {n} m genau bekannt.", { n: number(row.position_accuracy_m, LANGUAGE) })
        : t("Wie genau die bisherige Lage ist, ist nicht bekannt."),
    ),
    positionPart(deed, { ctx, from: { lon: row.lon, lat: row.lat } }),
    far,
  );
}
