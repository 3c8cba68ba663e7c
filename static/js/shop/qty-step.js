// <qty-step class="qty"><button data-by="-1">−</button><input><button data-by="1">+</button></qty-step>
// Counts up and down in place; with the attribute "sends" a changed number sends the form after
// a short pause. Without script its two buttons send it; those of others are not shown.
const PAUSE = 400; // milliseconds: several quick presses make one request

customElements.define(
  "qty-step",
  class extends HTMLElement {
    #timer;

    connectedCallback() {
      // From here on the buttons count and no longer send: htmx would send their names along.
      for (const button of this.querySelectorAll("button[name]")) {
        button.removeAttribute("name");
        button.type = "button";
      }
      this.addEventListener("click", (event) => this.#step(event));
      this.addEventListener("change", () => this.#send());
    }

    #step(event) {
      const button = event.target.closest("button");
      if (!button) return;
      const input = this.querySelector("input");
      const wanted = Number(input.value) + Number(button.dataset.by);
      const value = Math.min(Math.max(wanted, input.min || 1), input.max || Infinity);
      if (value === Number(input.value)) return;
      input.value = value;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    #send() {
      if (!this.hasAttribute("sends")) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.closest("form")?.requestSubmit(), PAUSE);
    }
  },
);
