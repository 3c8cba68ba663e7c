// <preview-slider><select>…</select></preview-slider>
// Puts a slider under a list of moments: dragging it runs through them, and letting go shows the
// page at the one that was reached. The list stays, for the keyboard and for exact choices.
customElements.define(
  "preview-slider",
  class extends HTMLElement {
    connectedCallback() {
      const list = this.querySelector("select");
      if (!list || this.querySelector("input")) return;
      const slider = document.createElement("input");
      Object.assign(slider, { type: "range", min: 0, max: list.options.length - 1 });
      slider.value = list.selectedIndex;
      slider.setAttribute("aria-hidden", "true");
      slider.tabIndex = -1;
      slider.addEventListener("input", () => {
        list.selectedIndex = Number(slider.value);
      });
      slider.addEventListener("change", () => this.closest("form").requestSubmit());
      list.addEventListener("change", () => {
        slider.value = list.selectedIndex;
      });
      this.append(slider);
    }
  },
);
