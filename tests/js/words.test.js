// Days, numbers and lateness in words.
import assert from "node:assert/strict";
import { day, daysBetween, moment, number, plusDays, typedNumber } from "baum/core/formats.js";
import { dueWords } from "baum/core/lateness.js";
import { likelyLeafState } from "baum/core/seasons.js";

const t = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);

Deno.test("days, moments and numbers as people write them", () => {
  assert.equal(day("2026-03-05"), "05.03.2026");
  assert.equal(day(null), "");
  assert.equal(moment("2026-11-23T13:05:00Z"), "23.11.2026, 14:05");
  assert.equal(moment("2026-07-01T22:30:00Z"), "02.07.2026, 00:30");
  assert.equal(number(1234.5), "1.234,5");
  assert.equal(number("13.0"), "13");
  assert.equal(number(0), "0");
  assert.equal(number(""), "");
});

Deno.test("days are counted over summer time and leap day", () => {
  assert.equal(daysBetween("2026-03-28", "2026-03-30"), 2);
  assert.equal(daysBetween("2028-02-28", "2028-03-01"), 2);
  assert.equal(daysBetween("2026-11-23", "2026-11-20"), -3);
  assert.equal(plusDays("2026-12-31", 1), "2027-01-01");
});

Deno.test("typed numbers: German and plain, nothing, nonsense", () => {
  for (
    const [text, value] of [["12,5", 12.5], ["12.5", 12.5], ["1.234,5", 1234.5], [" 80 ", 80], ["", null]]
  ) {
    assert.equal(typedNumber(text), value, text);
  }
  for (const text of ["zwölf", "12m", "1,2,3"]) assert.ok(Number.isNaN(typedNumber(text)), text);
});

Deno.test("lateness in words", () => {
  const words = (state, due_on, more = {}) => dueWords({ state, due_on, ...more }, "2026-11-23", t, "de");
  assert.equal(words("overdue", "2026-10-11"), "seit 43 Tagen (fällig am 11.10.2026)");
  assert.equal(words("tolerance", "2026-11-22"), "seit gestern (fällig am 22.11.2026)");
  assert.equal(words("due30", "2026-11-23"), "heute fällig");
  assert.equal(words("due30", "2026-12-03"), "am 03.12.2026, in 10 Tagen");
  assert.equal(words("ok", "2028-07-20"), "fällig am 20.07.2028");
  assert.equal(words("never", "2027-11-23"), "Ersterfassung bis 23.11.2027");
  assert.equal(
    words("none", "2027-11-23", { exempt_until: "2027-05-01" }),
    "keine Kontrolle nötig bis 01.05.2027",
  );
  assert.equal(words("none", null), "");
});

Deno.test("the preset leaf state follows season and leaf", () => {
  const rows = [
    ["deciduous", "2026-01-15", "bare"],
    ["deciduous", "2026-04-20", "flushing"],
    ["deciduous", "2026-07-01", "leafy"],
    ["deciduous", "2026-10-20", "autumn"],
    ["deciduous", "2026-11-23", "bare"],
    ["", "2026-07-01", "leafy"],
    ["conifer", "2026-01-15", "evergreen"],
    ["evergreen_broadleaf", "2026-07-01", "evergreen"],
  ];
  for (const [leaf, date, state] of rows) assert.equal(likelyLeafState(leaf, date), state, `${leaf} ${date}`);
});
