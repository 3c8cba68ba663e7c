// <copy-text><textarea readonly></textarea><button hidden data-done="Copied">Copy</button></copy-text>
// Copies the text of its field. Without script the button is not there, and the text can be marked.
customElements.define(
  "copy-text",
  class extends HTMLElement {
    connectedCallback() {
      const button = this.querySelector("button");
      const field = this.querySelector("textarea, input");
      if (!navigator.clipboard) return; // only over HTTPS, and on this very machine
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(field.value);
        button.textContent = button.dataset.done;
      });
    }
  },
);
