// German (and English) ways of writing days, numbers and lateness; no page, no clock.

const DAY_MS = 86_400_000;

/** "2026-11-23" or a timestamp → "23.11.2026"; "" for nothing. */
export function day(iso, language = "de") {
  if (!iso) return "";
  const [year, month, date] = iso.slice(0, 10).split("-");
  return language === "en" ? `${date}/${month}/${year}` : `${date}.${month}.${year}`;
}

/** A timestamp → "23.11.2026, 14:05" in the city's zone. */
export function moment(iso, language = "de") {
  if (!iso) return "";
  if (iso.length <= 10) return day(iso, language);
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : "de-DE", {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: "Europe/Berlin",
  }).format(new Date(iso));
}

/** 1234.5 → "1.234,5"; "" for nothing. */
export function number(value, language = "de", digits = 1) {
  if (value === null || value === undefined || value === "") return "";
  return new Intl.NumberFormat(language === "en" ? "en-GB" : "de-DE", {
    maximumFractionDigits: digits,
  }).format(Number(value));
}

/** Whole days from one ISO day to another; negative when `to` is earlier. */
export function daysBetween(from, to) {
  const at = (iso) => Date.UTC(...iso.slice(0, 10).split("-").map((part, i) => Number(part) - (i === 1)));
  return Math.round((at(to) - at(from)) / DAY_MS);
}

/** An ISO day, `days` later. */
export function plusDays(iso, days) {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** What a person typed ("1.234,5" or "12.5") as a number; null for nothing, NaN when it is none. */
export function typedNumber(text) {
  const plain = String(text ?? "").trim().replace(/\s/g, "");
  if (!plain) return null;
  const decimal = plain.includes(",") ? plain.replaceAll(".", "").replace(",", ".") : plain;
  return /^-?\d+(\.\d+)?$/.test(decimal) ? Number(decimal) : NaN;
}
