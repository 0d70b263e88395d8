// Which leaf state an inspection of a day most likely finds; only a preset, the inspector sees the tree.

/**
 * @param {string} leafType deciduous, evergreen_broadleaf or conifer ("" unknown: as deciduous)
 * @param {string} dayISO YYYY-MM-DD
 * @returns {"leafy"|"bare"|"flushing"|"autumn"|"evergreen"}
 */
export function likelyLeafState(leafType, dayISO) {
  if (leafType === "conifer" || leafType === "evergreen_broadleaf") return "evergreen";
  const [, month, date] = dayISO.split("-").map(Number);
  const at = month * 100 + date;
  if (at < 401 || at > 1115) return "bare";
  if (at < 510) return "flushing";
  return at <= 1005 ? "leafy" : "autumn";
}
