// <time-left until="2026-11-29T23:59:59Z" pattern="Festival ends in {time}">Closes 29 November</time-left>
// Counts down to an instant in place of the server's text, which names the instant itself and
// comes back when the time is over. With captions="days|hours|min|s" it draws boxes instead of
// a sentence. The role "timer" keeps screen readers from announcing every tick. When the time is
// over, prices have changed, and the page is asked for anew. The time is the server's, however old
// the page is and whatever this device's clock says.
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const SPREAD = 2000; // milliseconds: not all who watch ask at the same moment
let known; // by how many milliseconds the server's clock is ahead, once it has told its time
let isAsked = false;

customElements.define(
  "time-left",
  class extends HTMLElement {
    #ahead = 0; // by how many milliseconds the server's clock is ahead of this device's
    #isSure = false; // the server told its time, or it was seen that some was left
    #timer;

    connectedCallback() {
      this.text ??= this.textContent;
      this.until = Date.parse(this.getAttribute("until"));
      this.setAttribute("role", "timer");
      document.addEventListener("server-clock", this);
      if (known !== undefined) this.handleEvent({ detail: known });
      else askClock();
      this.#tick();
    }

    disconnectedCallback() {
      clearTimeout(this.#timer);
      document.removeEventListener("server-clock", this);
    }

    handleEvent(event) {
      this.#ahead = event.detail;
      this.#isSure = true;
      this.#tick();
    }

    #tick() {
      clearTimeout(this.#timer);
      const left = this.until - Date.now() - this.#ahead;
      if (!(left > 0)) {
        this.classList.remove("count");
        this.textContent = this.text;
        if (this.#isSure) askAgain(this.getAttribute("until"));
        return;
      }
      this.#isSure = true;
      this.#show(this.#parts(Math.ceil(left / 1000)));
      this.#timer = setTimeout(() => this.#tick(), left % 1000 || 1000);
    }

    // From the first unit that is not 0: two for a sentence, always three for boxes.
    #parts(seconds) {
      let rest = seconds;
      const parts = UNITS.map(([unit, size]) => {
        const count = Math.floor(rest / size);
        rest %= size;
        return { unit, count };
      });
      const first = parts.findIndex((part) => part.count > 0);
      if (!this.hasAttribute("captions")) return parts.slice(first, first + 2);
      return parts.slice(Math.min(first, 1)).slice(0, 3);
    }

    #show(parts) {
      const shown = parts.map((part) => part.count).join();
      if (shown === this.shown && this.firstElementChild) return;
      this.shown = shown;
      const [before, after = ""] = (this.getAttribute("pattern") ?? "{time}").split("{time}");
      if (this.hasAttribute("captions")) this.#showBoxes(parts, before);
      else this.replaceChildren(before, element("b", "", words(parts)), after);
    }

    #showBoxes(parts, before) {
      const captions = this.getAttribute("captions").split("|");
      const boxes = parts.map(({ unit, count }) => {
        const box = element("span", "", captions[UNITS.findIndex(([name]) => name === unit)]);
        box.prepend(element("b", "", String(count)));
        return box;
      });
      this.classList.add("count");
      this.replaceChildren(element("span", "hide", before), ...boxes);
    }
  },
);

// Asks the server for its time, once for all countdowns of a page. The answer was written about
// halfway between asking and hearing. A preview names its moment itself, and counts from there.
async function askClock() {
  if (isAsked) return;
  isAsked = true;
  const told = document.querySelector("[data-moment]")?.dataset.moment;
  const before = Date.now();
  const time = told ? Date.parse(told) : await serverTime();
  const ahead = time - (before + Date.now()) / 2;
  if (Number.isNaN(ahead)) return;
  known = ahead;
  document.dispatchEvent(new CustomEvent("server-clock", { detail: ahead }));
}

async function serverTime() {
  try {
    const answer = await fetch("/clock/", { cache: "no-store" });
    return answer.ok ? Number.parseInt(await answer.text(), 10) : Number.NaN;
  } catch {
    return Number.NaN; // Without a connection the device's own clock has to do.
  }
}

// Asks for the page anew, at most once for each instant: where a clock is wrong, the page would
// ask for ever. Only pages that exist in every language come back as they were; the others may be
// the answer to a form, or hold what somebody types. A preview stays at its moment.
function askAgain(until) {
  if (document.querySelector("[data-moment]")) return;
  if (!document.querySelector('link[rel="alternate"][hreflang]')) return;
  try {
    if (sessionStorage.getItem(`asked at ${until}`)) return;
    sessionStorage.setItem(`asked at ${until}`, "1");
  } catch {
    return; // Storage is switched off, and nothing would remember that this page has asked.
  }
  setTimeout(() => isTyping() || location.reload(), Math.random() * SPREAD);
}

function isTyping() {
  const fields = [...document.querySelectorAll("input")];
  return fields.some((field) => field.matches(":focus") || field.value !== field.defaultValue);
}

// "4 days 22 hours" in the page's language; the shop writes Arabic with the digits 0 to 9.
function words(parts) {
  const language = document.documentElement.lang || "en";
  const list = new Intl.ListFormat(language, { type: "unit", style: "narrow" });
  return list.format(
    parts.map(({ unit, count }) =>
      new Intl.NumberFormat(`${language}-u-nu-latn`, {
        style: "unit",
        unit,
        unitDisplay: "long",
      }).format(count),
    ),
  );
}

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
