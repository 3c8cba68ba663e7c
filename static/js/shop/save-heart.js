// <save-heart remove="/saved/remove/"> around a form that saves a product: saves it without
// leaving the page, and takes it off again when pressed once more.
customElements.define(
  "save-heart",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.button = this.form.querySelector("button");
      this.button.setAttribute("aria-pressed", "false");
      this.form.addEventListener("submit", (event) => this.send(event));
      document.addEventListener("saved-known", this);
    }

    disconnectedCallback() {
      document.removeEventListener("saved-known", this);
    }

    handleEvent({ detail }) {
      this.button.setAttribute("aria-pressed", detail.has(this.button.value));
    }

    async send(event) {
      event.preventDefault();
      const isSaved = this.button.getAttribute("aria-pressed") === "true";
      const answer = await fetch(isSaved ? this.getAttribute("remove") : this.form.action, {
        method: "POST",
        headers: { "HX-Request": "true" },
        body: new URLSearchParams({ product: this.button.value }),
      }).catch(() => null);
      if (!answer?.ok) return HTMLFormElement.prototype.submit.call(this.withProduct());
      this.button.setAttribute("aria-pressed", !isSaved);
      document.dispatchEvent(new Event("cart-changed"));
    }

    // A form that is sent by a script leaves its button's value out.
    withProduct() {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "product", value: this.button.value });
      this.form.append(field);
      return this.form;
    }
  },
);
