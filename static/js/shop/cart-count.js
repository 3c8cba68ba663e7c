// <cart-count src="/cart/summary/"></cart-count>
// Shared pages are the same bytes for everyone, so what is personal in the frame comes after
// them: a fragment whose elements with data-slot="…" fill the slots of that name on the page.
// Say `document.dispatchEvent(new Event("cart-changed"))` to ask again.
customElements.define(
  "cart-count",
  class extends HTMLElement {
    connectedCallback() {
      document.addEventListener("cart-changed", this);
      this.handleEvent();
    }

    disconnectedCallback() {
      document.removeEventListener("cart-changed", this);
    }

    async handleEvent() {
      const answer = await fetch(this.getAttribute("src")).catch(() => null);
      if (!answer?.ok) return;
      announceClock(answer);
      const fragment = document.createElement("template");
      fragment.innerHTML = await answer.text();
      for (const filled of fragment.content.querySelectorAll("[data-slot]")) {
        const slot = document.querySelector(`[data-slot="${filled.dataset.slot}"]`);
        slot?.replaceChildren(...filled.childNodes);
      }
      const saved = fragment.content.querySelector("[data-saved]")?.dataset.saved.split(" ");
      document.dispatchEvent(new CustomEvent("saved-known", { detail: new Set(saved) }));
    }
  },
);

// This answer is never cached, so its Date header is the server's clock, exact to a second. A
// preview names the moment that it shows, and counts from there.
function announceClock(answer) {
  const shown = document.querySelector("[data-moment]")?.dataset.moment;
  const told = Date.parse(shown ?? answer.headers.get("Date") ?? "");
  if (Number.isNaN(told)) return;
  document.dispatchEvent(new CustomEvent("server-clock", { detail: told - Date.now() }));
}
