// <pass-key make><p data-without>…</p><form hidden><input name="credential">…</form></pass-key>
// Asks the browser for a passkey, or with "make" for a new one, when the form is sent, and sends
// what it says along. Without script, or in a browser without passkeys, the sentence stays.
const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
const known = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));

// What to ask for stands on the page, or is fetched when the button is pressed (options="/address/").
async function found(address) {
  if (!address) return JSON.parse(document.getElementById("passkey-options").textContent);
  const answer = await fetch(address, { headers: { "X-Requested-With": "XMLHttpRequest" } });
  return (await answer.json()).request_options;
}

function wanted({ publicKey }) {
  const user = publicKey.user && { ...publicKey.user, id: bytes(publicKey.user.id) };
  return {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    ...(user && { user }),
    ...(publicKey.allowCredentials && { allowCredentials: known(publicKey.allowCredentials) }),
    ...(publicKey.excludeCredentials && { excludeCredentials: known(publicKey.excludeCredentials) }),
  };
}

function told(key) {
  const names = ["attestationObject", "clientDataJSON", "authenticatorData", "signature", "userHandle"];
  const found = names.filter((name) => key.response[name]);
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment,
    clientExtensionResults: key.getClientExtensionResults(),
    response: Object.fromEntries(found.map((name) => [name, text(key.response[name])])),
  };
}

customElements.define(
  "pass-key",
  class extends HTMLElement {
    connectedCallback() {
      if (!window.PublicKeyCredential) return;
      this.form = this.querySelector("form");
      const without = this.querySelector("[data-without]");
      if (without) without.hidden = true;
      this.form.hidden = false;
      this.form.addEventListener("submit", (event) => this.ask(event));
    }

    async ask(event) {
      event.preventDefault();
      const refused = this.querySelector("[data-refused]");
      refused.hidden = true;
      try {
        const asked = { publicKey: wanted(await found(this.getAttribute("options"))) };
        const { credentials } = navigator;
        const key = await (this.hasAttribute("make") ? credentials.create(asked) : credentials.get(asked));
        this.form.elements.credential.value = JSON.stringify(told(key));
        this.form.submit();
      } catch {
        refused.hidden = false;
      }
    }
  },
);
