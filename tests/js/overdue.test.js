// The browser's rule of lateness, held by the same table as Python's.

import { daysOver, stateOn } from "../../static/js/core/overdue.js";

const table = JSON.parse(
  Deno.readTextFileSync(new URL("../cases/state_on.json", import.meta.url)),
);

function same(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${found}, wanted ${wanted}`);
}

Deno.test("the table has rows", () => {
  if (table.rows.length < 30) throw new Error(`only ${table.rows.length} rows`);
});

for (const row of table.rows) {
  Deno.test(row.name, () => {
    same(stateOn(row.plan, row.day), row.state, "state");
    same(daysOver(row.plan, row.day), row.days_over, "days over");
  });
}
