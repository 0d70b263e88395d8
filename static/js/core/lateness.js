// Says in words how a tree stands towards its due date; `t` is handed in.

import { day, daysBetween } from "baum/core/formats.js";

/**
 * @param {{state: string, due_on: ?string, exempt_until?: ?string}} control
 * @param {string} today YYYY-MM-DD
 * @param {(text: string, values?: object) => string} t
 * @param {string} language
 * @returns {string} follows the state's own words; "" when there is nothing to say
 */
export function dueWords(control, today, t, language) {
  const due = day(control.due_on, language);
  if (control.state === "none") {
    return control.exempt_until
      ? t("keine Kontrolle nötig bis {day}", { day: day(control.exempt_until, language) })
      : "";
  }
  if (!due) return "";
  const left = daysBetween(today, control.due_on);
  if (control.state === "never") {
    return left < 0
      ? t("Ersterfassung war bis {day} fällig", { day: due })
      : t("Ersterfassung bis {day}", { day: due });
  }
  if (left === 0) return t("heute fällig");
  if (left === 1) return t("morgen fällig");
  if (left === -1) return t("seit gestern (fällig am {day})", { day: due });
  if (left < 0) return t("seit {n} Tagen (fällig am {day})", { n: -left, day: due });
  if (left <= 90) return t("am {day}, in {n} Tagen", { day: due, n: left });
  return t("fällig am {day}", { day: due });
}
