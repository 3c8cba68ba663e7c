// <print-page hidden><button class="btn quiet">Print</button></print-page>
// Without script nothing is shown: browsers print by themselves.
customElements.define(
  "print-page",
  class extends HTMLElement {
    connectedCallback() {
      this.hidden = false;
      this.addEventListener("click", () => window.print());
    }
  },
);
