// <variant-choice><p data-variant="7">…</p><form data-choice><input type="radio" name="variant" value="7">…
// Of all that carries data-variant shows what belongs to the choice: "" while nothing is chosen,
// "none" for options that no variant has. Variants are known by their id or by data-options.
// Without script a button of the form asks the server for the same page about the choice.
customElements.define(
  "variant-choice",
  class extends HTMLElement {
    connectedCallback() {
      this.addEventListener("change", () => this.#show());
      this.#show();
    }

    #show() {
      const form = this.querySelector("form[data-choice]");
      if (!form) return;
      const chosen = this.#chosen(new FormData(form), form);
      for (const part of this.querySelectorAll("[data-variant]")) {
        part.hidden = part.dataset.variant !== chosen;
      }
      const facts = this.querySelector(`[data-variant="${chosen}"][data-most]`);
      const count = form.querySelector("qty-step input");
      if (facts && count) count.max = facts.dataset.most;
      const button = form.querySelector(".buybar .btn");
      if (button) button.disabled = chosen === "none" || facts?.dataset.most === "0";
    }

    #chosen(data, form) {
      if (data.get("variant")) return data.get("variant");
      const names = new Set([...form.querySelectorAll("input[type=radio]")].map((one) => one.name));
      const options = [...names].map((name) => data.get(name));
      if (options.includes(null)) return "";
      const wanted = JSON.stringify(options);
      const found = [...this.querySelectorAll("[data-options]")].find(
        (part) => JSON.stringify(JSON.parse(part.dataset.options)) === wanted,
      );
      return found ? found.dataset.variant : "none";
    }
  },
);
