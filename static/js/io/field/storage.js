/** How much room the tablet has for us, and the wish that the browser may not clear it away. */

/** Ask the browser to keep our data; true when it promises. */
export async function persist() {
  if (!navigator.storage?.persist) return false;
  return (await navigator.storage.persisted()) || (await navigator.storage.persist());
}

/**
 * Room in bytes; null where the browser does not say.
 *
 * @returns {Promise<{usage: number|null, quota: number|null, free: number|null, persisted: boolean}>}
 */
export async function room() {
  const { usage = null, quota = null } = (await navigator.storage?.estimate?.()) ?? {};
  const free = usage === null || quota === null ? null : Math.max(0, quota - usage);
  return { usage, quota, free, persisted: (await navigator.storage?.persisted?.()) ?? false };
}
