/** A blocked device: once everything is handed in it forgets all that it knows. */

import { open, wipe } from "baum/io/field/database.js";
import { rememberDevice } from "baum/io/field/device.js";

/** Is there nothing left that only this tablet has? */
export async function isHandedIn() {
  const db = await open();
  for (const status of ["unsent", "sending", "foreign"]) {
    if (await db.countFromIndex("entries", "status", status)) return false;
  }
  for (const status of ["unsent", "sending"]) {
    if (await db.countFromIndex("photos", "status", status)) return false;
  }
  return true;
}

/** Remove database, kept pages and service worker; only the device's id stays, so that it stays blocked. */
export async function forgetEverything() {
  await rememberDevice();
  await wipe();
  if (globalThis.caches) {
    for (const name of await caches.keys()) if (name.startsWith("feld-")) await caches.delete(name);
  }
  for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
}
