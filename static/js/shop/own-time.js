// <own-time zone="Africa/Nairobi" pattern="Ends {date} at {time}">
//   <time datetime="2027-05-12T12:30:00Z">Ends 12 May at 15:30 (East Africa Time)</time></own-time>
// Says an instant as this device's clock has it, in place of the words that the server wrote for
// everybody, which name their zone. Without script those words stand, so a time is told once.
// {time} gets its day where that is another one than in the event's zone and no {date} is beside
// it; {hour} never does. With the attribute days it says from which day to which, until is over.
const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const DAY = { day: "numeric", month: "long" };

customElements.define(
  "own-time",
  class extends HTMLElement {
    connectedCallback() {
      const shown = this.querySelector("time");
      const at = new Date(shown.dateTime);
      const until = new Date(this.getAttribute("until") ?? at);
      const zone = this.getAttribute("zone");
      try {
        if (this.hasAttribute("days")) {
          const last = new Date(until - 1);
          if (isOtherDay(at, zone) || isOtherDay(last, zone)) {
            shown.textContent = format(DAY).formatRange(at, last);
          }
          return;
        }
        const pattern = this.getAttribute("pattern");
        const isDayNew = !pattern.includes("{date}") && isOtherDay(at, zone);
        const day = this.hasAttribute("year") ? { ...DAY, year: "numeric" } : DAY;
        const words = {
          date: () => format(day).format(at),
          time: () => format(isDayNew ? { ...DAY, ...TIME } : TIME).format(at),
          hour: () => format(TIME).format(at),
          until: () => format(TIME).format(until),
          zone: () => zoneName(at),
        };
        shown.textContent = pattern.replace(/\{(\w+)\}/g, (_, name) => words[name]());
      } catch {
        // A zone that this browser does not know: what the server wrote stands.
      }
    }
  },
);

// Tells whether an instant is of another day on this device than in a zone.
function isOtherDay(at, timeZone) {
  const [here, there] = [{}, { timeZone }].map((zone) =>
    new Intl.DateTimeFormat("sv", { ...zone, dateStyle: "short" }).format(at),
  );
  return here !== there;
}

// Writes in the page's language, with the digits that the shop writes.
function format(options) {
  const language = document.documentElement.lang || "en";
  return new Intl.DateTimeFormat(
    `${language === "en" ? "en-GB" : language}-u-nu-latn`,
    options,
  );
}

function zoneName(at) {
  const parts = format({ timeZoneName: "long" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName").value;
}
