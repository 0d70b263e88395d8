// The calendar day of an instant and days counted in months; twin of what inspections/rules does.
// Held by tests/cases/berlin_day.json and tests/cases/plan.json.

const BERLIN = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Europe/Berlin",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
});

/** The day (YYYY-MM-DD) that a calendar in Berlin showed at an instant (ISO text with zone, Date or ms). */
export function berlinDay(instant) {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) throw new RangeError(`no instant: ${instant}`);
  const parts = Object.fromEntries(BERLIN.formatToParts(at).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

/**
 * The same day `months` later (or earlier), clamped to the month's end: 31 August + 6 months is
 * 28 February, or 29 in a leap year.
 */
export function addMonths(dayISO, months) {
  const [year, month, date] = dayISO.split("-").map(Number);
  const count = year * 12 + month - 1 + months;
  const [y, m0] = [Math.floor(count / 12), ((count % 12) + 12) % 12];
  const last = new Date(Date.UTC(y, m0 + 1, 0)).getUTCDate();
  const two = (value) => String(value).padStart(2, "0");
  return `${String(y).padStart(4, "0")}-${two(m0 + 1)}-${two(Math.min(date, last))}`;
}

/** The later of two days; null counts as none. */
export function laterDay(one, other) {
  if (!one || !other) return one || other || null;
  return one > other ? one : other;
}
