// <search-box src="/suggestions/"> around the field of a search form: offers products, stores,
// categories and countries while somebody types. Without it the form works as it is.
// Keys: down and up go through the list, Enter opens, Escape closes.
const TYPING = 150; // milliseconds without a key before the server is asked
customElements.define(
  "search-box",
  class extends HTMLElement {
    connectedCallback() {
      this.field = this.querySelector("input");
      this.list = document.createElement("div");
      this.list.id = `${this.field.id}-list`;
      this.list.className = "suggested";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", this.getAttribute("label"));
      this.list.hidden = true;
      this.append(this.list);
      const facts = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" };
      for (const [name, value] of Object.entries(facts)) this.field.setAttribute(name, value);
      this.field.setAttribute("aria-controls", this.list.id);
      this.field.autocomplete = "off";
      this.field.addEventListener("input", () => this.wait());
      this.field.addEventListener("keydown", (event) => this.press(event));
      this.addEventListener("focusout", (event) => {
        if (!this.contains(event.relatedTarget)) this.close();
      });
    }

    disconnectedCallback() {
      this.list.remove();
      this.close();
    }

    wait() {
      clearTimeout(this.timer);
      this.asking?.abort();
      if (this.field.value.trim()) this.timer = setTimeout(() => this.ask(), TYPING);
      else this.close();
    }

    async ask() {
      this.asking = new AbortController();
      const { signal } = this.asking;
      const query = new URLSearchParams({ q: this.field.value.trim() });
      const answer = await fetch(`${this.getAttribute("src")}?${query}`, { signal }).catch(() => null);
      const text = answer?.ok ? await answer.text().catch(() => "") : "";
      if (signal.aborted) return;
      this.list.innerHTML = text;
      this.options = [...this.list.querySelectorAll("[role=option]")];
      this.options.forEach((option, number) => (option.id = `${this.list.id}-${number}`));
      this.choose(-1);
      this.show(this.options.length > 0 && document.activeElement === this.field);
    }

    show(isOpen) {
      this.list.hidden = !isOpen;
      this.field.setAttribute("aria-expanded", isOpen);
    }

    close() {
      clearTimeout(this.timer);
      this.asking?.abort();
      this.choose(-1);
      this.show(false);
    }

    choose(number) {
      this.chosen = number;
      this.options?.forEach((option, n) => option.setAttribute("aria-selected", n === number));
      const option = this.options?.[number];
      if (option) this.field.setAttribute("aria-activedescendant", option.id);
      else this.field.removeAttribute("aria-activedescendant");
      option?.scrollIntoView({ block: "nearest" });
    }

    press(event) {
      if (event.isComposing || this.list.hidden) return;
      const { length } = this.options;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) this.choose(((this.chosen + 1 + step + length + 1) % (length + 1)) - 1);
      else if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && this.chosen >= 0) this.options[this.chosen].click();
      else return;
      event.preventDefault();
    }
  },
);
