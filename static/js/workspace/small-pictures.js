// <small-pictures data-said="…{before}…{after}"><input type="file"><output></output></small-pictures>
// Makes chosen photographs smaller before they are sent, as small as the shop keeps them anyway: a
// telephone on a slow line sends a tenth. What the browser cannot read is sent as it is, and so is
// everything without script, or when somebody sends before it is done.
const LONG_SIDE = 2400; // pixels, as the shop keeps them
const ENOUGH = 900_000; // bytes: smaller files are sent as they are
const QUALITY = 0.86;

customElements.define(
  "small-pictures",
  class extends HTMLElement {
    connectedCallback() {
      this.input = this.querySelector("[type=file]");
      this.input.addEventListener("change", () => this.#shrink());
    }

    async #shrink() {
      const chosen = [...this.input.files];
      this.#say("");
      const files = []; // one after the other: a small telephone has room for one picture
      for (const file of chosen) files.push(await this.#smaller(file));
      const now = [...this.input.files];
      const isSame = now.length === chosen.length && now.every((file, n) => file === chosen[n]);
      if (!isSame || files.every((file, n) => file === chosen[n])) return;
      const kept = new DataTransfer();
      for (const file of files) kept.items.add(file);
      this.input.files = kept.files;
      const size = (list) => (list.reduce((sum, file) => sum + file.size, 0) / 1e6).toFixed(1);
      this.#say(
        this.dataset.said.replace("{before}", size(chosen)).replace("{after}", size(files)),
      );
    }

    async #smaller(file) {
      if (!file.type.startsWith("image/") || file.size <= ENOUGH) return file;
      try {
        const picture = await createImageBitmap(file);
        const part = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(picture.width * part);
        canvas.height = Math.round(picture.height * part);
        const brush = canvas.getContext("2d");
        brush.fillStyle = "#fff"; // where it is transparent
        brush.fillRect(0, 0, canvas.width, canvas.height);
        brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
        picture.close();
        const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
        if (!blob || blob.size >= file.size) return file;
        const name = file.name.replace(/\.\w+$/, "") + ".jpg";
        return new File([blob], name, { type: "image/jpeg", lastModified: file.lastModified });
      } catch {
        return file; // HEIC, say: the shop reads it
      }
    }

    #say(text) {
      const place = this.querySelector("output");
      if (place) place.textContent = text;
    }
  },
);
