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
