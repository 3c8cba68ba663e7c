// <auto-go><button class="btn quiet">Go</button></auto-go>
// Sends its form when a choice was made with mouse or finger, and hides the button meanwhile.
// Arrow keys run through the choices of a closed list, so for the keyboard the button stays.
customElements.define(
  "auto-go",
  class extends HTMLElement {
    connectedCallback() {
      const form = this.closest("form");
      this.hidden = true;
      form.addEventListener("keydown", () => {
        this.hidden = false;
      });
      form.addEventListener("pointerdown", () => {
        this.hidden = true;
      });
      form.addEventListener("change", () => {
        if (this.hidden) form.requestSubmit();
      });
    }
  },
);
