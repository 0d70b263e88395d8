// What tries to break the tablet's own rules: nothing goes too early, nothing stays for ever, no green that is not.
import assert from "node:assert/strict";
import { mayGo } from "baum/core/field/keeping.js";

const DAY = 86_400_000;
const THEN = "2026-11-01T10:00:00Z";
const after = (days) => Date.parse(THEN) + days * DAY;
const entry = (values) => ({ status: "accepted", received_at: THEN, settled_at: null, ...values });
const photo = (status, received_at = THEN) => ({ status, received_at });

Deno.test("an accepted entry with received photos goes after 7 days", () => {
  assert.equal(mayGo(entry(), [photo("received")], after(6.99)), false);
  assert.equal(mayGo(entry(), [photo("received")], after(7)), true);
  assert.equal(mayGo(entry(), [], after(7)), true);
});

Deno.test("a rejected entry goes 7 days after the office has said so, also from under photos without a place", () => {
  const rejected = entry({ status: "rejected", settled_at: "2026-11-05T10:00:00Z" });
  assert.equal(mayGo(rejected, [photo("received")], after(10.9)), false);
  assert.equal(mayGo(rejected, [photo("received"), photo("unsettled")], after(11)), true);
});

Deno.test("a refused photo stays 30 days with its entry: nobody else has it", () => {
  for (const status of ["accepted", "rejected"]) {
    const own = [photo("received"), photo("refused")];
    assert.equal(mayGo(entry({ status }), own, after(29.9)), false);
    assert.equal(mayGo(entry({ status }), own, after(30)), true);
  }
});

Deno.test("nothing goes while something of it is open, however old", () => {
  for (const status of ["unsent", "sending", "deposited", "unsettled", "foreign"]) {
    assert.equal(mayGo(entry({ status }), [], after(1000)), false, status);
  }
  for (const status of ["unsent", "sending"]) {
    for (const fate of ["accepted", "rejected"]) {
      assert.equal(mayGo(entry({ status: fate }), [photo(status, null)], after(1000)), false, status);
    }
  }
  assert.equal(mayGo(entry(), [photo("unsettled")], after(1000)), false);
  assert.equal(mayGo(entry({ received_at: null }), [], after(1000)), false);
  assert.equal(mayGo(entry({ status: "rejected" }), [photo("refused", null)], after(1000)), false);
});
