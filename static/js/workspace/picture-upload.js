// <picture-upload data-failed="…"><form enctype="multipart/form-data">…<progress hidden></form></picture-upload>
// Asks for a description of each chosen picture and shows how far the upload is. Without script the
// form is sent as it stands, and one description counts for all its files.
customElements.define(
  "picture-upload",
  class extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.files = this.querySelector("[type=file]");
      this.pattern = this.querySelector("[data-alt]");
      this.files.addEventListener("change", () => this.#ask());
      this.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#send();
      });
    }

    // One field for each file; what was typed already stays.
    #ask() {
      const chosen = [...this.files.files];
      const typed = [...this.querySelectorAll("[name=alt]")].map((input) => input.value);
      for (const extra of this.querySelectorAll("[data-alt]")) {
        if (extra !== this.pattern) extra.remove();
      }
      let last = this.pattern;
      for (const [place, file] of chosen.entries()) {
        const field = place ? this.pattern.cloneNode(true) : this.pattern;
        const input = field.querySelector("input");
        const label = field.querySelector("label");
        this.question ??= label.textContent;
        input.id = `${this.files.id}-alt-${place}`;
        label.htmlFor = input.id;
        label.textContent = chosen.length > 1 ? `${this.question}: ${file.name}` : this.question;
        input.value = typed[place] ?? "";
        if (place) last.after(field);
        last = field;
      }
    }

    #send() {
      const bar = this.querySelector("progress");
      const button = this.querySelector("button");
      const request = new XMLHttpRequest();
      request.open("POST", this.form.action);
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) bar.value = (event.loaded / event.total) * 100;
      });
      request.addEventListener("load", () => this.#show(request));
      request.addEventListener("error", () => {
        bar.hidden = true;
        button.disabled = false;
        this.querySelector("[role=status]").textContent = this.dataset.failed;
      });
      const data = new FormData(this.form);
      bar.hidden = false;
      button.disabled = true;
      request.send(data);
    }

    // The answer is the whole page: the new pictures, or what was refused and why.
    #show(request) {
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      const main = page.querySelector("#main");
      if (!main) {
        location.reload();
        return;
      }
      document.querySelector("#main").replaceWith(main);
      document.title = page.title;
      const first = document.querySelector(".errors[tabindex]") ?? document.querySelector("h1");
      first.tabIndex = -1;
      first.focus();
    }
  },
);
