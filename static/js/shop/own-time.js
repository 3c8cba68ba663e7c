// <own-time at="2027-05-12T12:30:00Z" zone="Africa/Nairobi" pattern="{time} where you are">
// Stands beside a time that the server wrote as the event's zone has it, and says the same instant
// as this device has it: with its day where that is another one there, or with the attribute day.
// Says nothing where both clocks show the same, and nothing without script: the event's is named.
customElements.define(
  "own-time",
  class extends HTMLElement {
    connectedCallback() {
      const at = new Date(this.getAttribute("at"));
      const zone = this.getAttribute("zone");
      try {
        const [here, there] = [wallTime(at), wallTime(at, zone)];
        if (here.join() === there.join()) return;
        const hasDay = this.hasAttribute("day") || here[0] !== there[0];
        this.textContent = this.getAttribute("pattern").replace("{time}", ownWords(at, hasDay));
      } catch {
        // A zone that this browser does not know: what the server wrote stands alone.
      }
    }
  },
);

// The day and the time of day in a zone, or on this device, to compare.
function wallTime(at, timeZone) {
  const format = { timeZone, dateStyle: "short", timeStyle: "short" };
  return new Intl.DateTimeFormat("sv", format).format(at).split(" ");
}

// "20:30", or "13 May at 01:30", in the page's language and with the digits that the shop writes.
function ownWords(at, hasDay) {
  const language = document.documentElement.lang || "en";
  const locale = `${language === "en" ? "en-GB" : language}-u-nu-latn`;
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const day = { day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(locale, hasDay ? { ...day, ...time } : time).format(at);
}
