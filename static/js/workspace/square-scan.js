// <square-scan data-page="/…/{code}/"><a data-open>…</a><dialog><video></video><p role="status"></p>…</dialog></square-scan>
// Reads the squares of tickets with the camera, one after the other, where the browser knows how.
// Each is an event "square" with its code; where nobody takes it, the ticket's own page opens.
const CODE = /[23456789A-HJKMNP-Z]{16}$/; // as shop.orders.tickets.models makes them
const AGAIN = 4000; // milliseconds after which the same square counts once more

function codeIn(text) {
  const code = text.trim().replace(/\/$/, "").split("/").at(-1).replace(/[\s-]/g, "");
  return CODE.exec(code.toUpperCase())?.[0] ?? "";
}

customElements.define(
  "square-scan",
  class extends HTMLElement {
    connectedCallback() {
      if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
      this.dialog = this.querySelector("dialog");
      this.video = this.querySelector("video");
      this.status = this.querySelector("[role=status]");
      const open = this.querySelector("[data-open]");
      open.hidden = false;
      open.addEventListener("click", (event) => {
        event.preventDefault();
        this.#open();
      });
      this.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
      this.dialog.addEventListener("close", () => this.#stop());
    }

    say(text) {
      this.status.textContent = text;
      navigator.vibrate?.(60);
    }

    async #open() {
      this.detector ??= new BarcodeDetector({ formats: ["qr_code"] });
      this.dialog.showModal();
      try {
        const wanted = { video: { facingMode: "environment" }, audio: false };
        this.video.srcObject = await navigator.mediaDevices.getUserMedia(wanted);
        this.video.play().catch(() => {}); // a browser that waits for a touch shows its button
      } catch {
        this.status.textContent = this.dataset.blocked;
        return;
      }
      this.#look();
    }

    async #look() {
      if (!this.video.srcObject) return;
      const found = await this.detector.detect(this.video).catch(() => []);
      for (const square of found) this.#found(codeIn(square.rawValue));
      setTimeout(() => this.#look(), 200);
    }

    #found(code) {
      const now = Date.now();
      if (!code || (code === this.last && now - this.at < AGAIN)) return;
      [this.last, this.at] = [code, now];
      const event = new CustomEvent("square", { bubbles: true, cancelable: true, detail: { code } });
      if (this.dispatchEvent(event)) location.assign(this.dataset.page.replace("{code}", code));
    }

    #stop() {
      for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
      this.video.srcObject = null;
    }
  },
);
