// <theme-switch hidden><select>…</select></theme-switch>
// Lets a person keep the light or the dark theme in this browser. Without script it stays hidden
// and the page follows the device.
customElements.define(
  "theme-switch",
  class extends HTMLElement {
    connectedCallback() {
      const root = document.documentElement;
      const select = this.querySelector("select");
      select.value = root.dataset.theme ?? "";
      select.addEventListener("change", () => {
        if (select.value) root.dataset.theme = select.value;
        else delete root.dataset.theme;
        try {
          if (select.value) localStorage.setItem("theme", select.value);
          else localStorage.removeItem("theme");
        } catch {
          // Storage is switched off: the choice holds for this page.
        }
      });
      this.hidden = false;
    }
  },
);
