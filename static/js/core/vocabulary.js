// German words of the fixed lists (models' choices) as forms and card show them; keys are the stored values.
// `t` is handed in, because core knows no page.

/** @param {(text: string) => string} t */
export function vocabulary(t) {
  return {
    status: {
      planned: t("geplant"),
      planted: t("gepflanzt"),
      standing: t("Bestand"),
      felled: t("gefällt"),
      stump: t("Stubben"),
      vanished: t("verschwunden"),
      unverified: t("ungeprüft"),
    },
    phase: { youth: t("Jugendphase"), mature: t("Reifephase"), aging: t("Alterungsphase") },
    condition: { sound: t("gesund oder leicht geschädigt"), damaged: t("stärker geschädigt") },
    expectation: { lower: t("geringere Sicherheitserwartung"), higher: t("höhere Sicherheitserwartung") },
    duty: {
      city: t("Stadt"),
      other_owner: t("anderer Eigentümer"),
      stand: t("flächiger Bestand, keine Einzelkontrolle"),
      none: t("keine Kontrollpflicht"),
    },
    leafState: {
      leafy: t("belaubt"),
      bare: t("unbelaubt"),
      flushing: t("Laubaustrieb"),
      autumn: t("Herbstfärbung"),
      evergreen: t("immergrün"),
    },
    result: {
      safe: t("verkehrssicher"),
      limited: t("eingeschränkt verkehrssicher"),
      unsafe: t("nicht verkehrssicher"),
    },
    vitality: {
      0: t("0 – Exploration"),
      1: t("1 – Degeneration"),
      2: t("2 – Stagnation"),
      3: t("3 – Resignation"),
      S: t("S – stärkerer Schnitt"),
      K: t("K – gekappt"),
    },
    ending: { gone: t("nicht mehr vorhanden"), repaired: t("behoben") },
    severity: { 1: t("gering"), 2: t("mittel"), 3: t("hoch") },
    measureState: {
      open: t("offen"),
      done: t("erledigt"),
      cancelled: t("verworfen"),
      replaced: t("ersetzt"),
    },
    positionSource: {
      gnss: t("GNSS"),
      aerial: t("Luftbild"),
      survey: t("Einmessung"),
      map: t("Karte"),
      estimated: t("geschätzt"),
      import: t("Übernahme"),
      unknown: t("unbekannt"),
    },
    yearSource: { known: t("bekannt"), estimated: t("geschätzt") },
    soilCover: {
      open: t("offen"),
      planted: t("bepflanzt"),
      grass: t("Rasen"),
      grate: t("Baumrost"),
      paved: t("befestigt"),
    },
  };
}
