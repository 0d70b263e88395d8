/** Passkeys on the sign-in pages: forms with data-passkey ask the browser's authenticator before they are sent. */

import { pageData } from "baum/io/page_data.js";
import { t } from "baum/io/words.js";

/** @param {string} text base64url @returns {Uint8Array} */
function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer | null | undefined} buffer @returns {string | undefined} base64url */
function text(buffer) {
  if (!buffer) return undefined;
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @param {any[]} [list] credentials that the server names */
function named(list = []) {
  return list.map((each) => ({ ...each, id: bytes(each.id) }));
}

/** @param {any} options as the server says them */
async function created({ publicKey }) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: named(publicKey.excludeCredentials),
      // Kept by the authenticator where it can, so that it may sign in without a name.
      authenticatorSelection: {
        ...publicKey.authenticatorSelection,
        residentKey: "preferred",
        requireResidentKey: false,
      },
    },
  });
  return said(credential, {
    attestationObject: text(credential.response.attestationObject),
    transports: credential.response.getTransports?.() ?? [],
  });
}

/** @param {any} options as the server says them */
async function shown({ publicKey }) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: named(publicKey.allowCredentials),
    },
  });
  const { authenticatorData, signature, userHandle } = credential.response;
  return said(credential, {
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: text(userHandle),
  });
}

/** What the server reads of a credential. */
function said(credential, response) {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
  };
}

/** The server's challenge: in the page, or asked for when nobody is known yet. */
async function optionsOf(form) {
  if (form.dataset.passkeyOptions) return pageData(form.dataset.passkeyOptions);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).request_options;
}

/** @param {HTMLFormElement} form */
function start(form) {
  const problem = form.querySelector("[data-passkey-problem]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.hidden = true;
    try {
      const options = await optionsOf(form);
      const ask = form.dataset.passkey === "create" ? created : shown;
      form.elements.namedItem("credential").value = JSON.stringify(await ask(options));
      form.submit();
    } catch {
      problem.textContent = t("Der Passkey wurde nicht bestätigt. Bitte noch einmal versuchen.");
      problem.hidden = false;
    }
  });
}

if (globalThis.PublicKeyCredential && globalThis.isSecureContext) {
  for (const missing of document.querySelectorAll("[data-passkey-missing]")) missing.hidden = true;
  document.querySelectorAll("form[data-passkey]").forEach(start);
}
