// <seat-total><bdi>$95.00</bdi> <bdi>1 × Adult</bdi></seat-total>, in a form with dates
// (radio buttons with the data seats, most and prices) and numbers of tickets (selects with the
// data units and name). Says what the chosen tickets cost on the chosen date, and offers no more
// of them than there are seats. Without script it says what is chosen at first.
customElements.define(
  "seat-total",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.closest("form");
      this.form.addEventListener("change", () => this.#show());
      // What was chosen before is put back only after this, when somebody returns to the page.
      addEventListener("pageshow", () => this.#show());
    }

    #show() {
      const date = this.form.querySelector("[name=session]:checked");
      if (!date) return;
      const prices = date.dataset.prices.split(" ");
      const most = date.dataset.most.split(" ");
      let left = Number(date.dataset.seats);
      const kinds = [...this.form.querySelectorAll("select[data-units]")].map((select) => {
        const place = select.name.split("-")[1];
        const units = Number(select.dataset.units);
        const kind = { select, units, most: most[place] ?? 0, price: prices[place] ?? "0" };
        kind.number = Math.min(select.value, kind.most, Math.floor(left / units));
        left -= kind.number * units;
        return kind;
      });
      for (const kind of kinds) {
        this.#offer(kind, Math.min(kind.most, kind.number + Math.floor(left / kind.units)));
        if (kind.price === "0") continue; // this date has no such ticket
        const note = kind.select.labels[0].querySelector("bdi");
        note.textContent = this.#money(note.textContent, kind.price);
      }
      this.#total(kinds);
    }

    #offer({ select, number }, most) {
      const numbers = Array.from({ length: most + 1 }, (_, n) => n);
      select.replaceChildren(...numbers.map((n) => new Option(n, n, n === number, n === number)));
    }

    #total(kinds) {
      const digits = Math.max(...kinds.map(({ price }) => (price.split(".")[1] ?? "").length));
      const total = kinds.reduce((sum, { number, price }) => sum + number * price, 0);
      const chosen = kinds.filter(({ number }) => number);
      const [sum, parts] = this.querySelectorAll("bdi");
      sum.textContent = this.#money(sum.textContent, total.toFixed(digits));
      parts.textContent = chosen
        .map(({ number, select }) => `${number} × ${select.dataset.name}`)
        .join(" + ");
    }

    // The sign of the currency stays where the server put it.
    #money(pattern, amount) {
      const digits = (amount.split(".")[1] ?? "").length;
      const written = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(amount);
      return pattern.replace(/\d(.*\d)?/, () => written);
    }
  },
);
