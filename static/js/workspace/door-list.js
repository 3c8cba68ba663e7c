// <door-list data-entries="…" data-worker="…" …>: the list at the door goes on without a line.
// What is done is kept on the telephone first and sent at once, or as soon as there is a line. The
// facts of the page (#door-facts) name tickets by digests of their codes: no ticket can be made
// from a lost telephone. Without script every button is a plain form.
const SOON = 15_000; // milliseconds between two looks at what others did

customElements.define(
  "door-list",
  class extends HTMLElement {
    connectedCallback() {
      this.path = location.pathname;
      this.name = doorKept.name(this.dataset.person, this.path);
      this.done = new Set(); // keys of what waits no more: another window may still hold them
      this.main = this.closest("main");
      this.#read(document);
      const { wipe, queue, skew } = doorKept.read(this.name);
      this.queue = queue;
      // A page that was kept says nothing of the hour; one that is fresh does, when it is read anew.
      this.skew = wipe ? skew : Date.parse(this.facts.made) - Date.now();
      if (Date.parse(this.facts.wipe) < this.#now()) return this.#end();
      this.#keep();
      navigator.serviceWorker?.register(this.dataset.worker, { scope: this.path }).then(() => {
        caches.open("door:" + this.path).then((kept) => kept.add(this.path)).catch(() => {});
      });
      this.main.addEventListener("submit", (event) => this.#pressed(event));
      this.main.addEventListener("click", (event) => this.#filtered(event));
      this.main.addEventListener("square", (event) => this.#scanned(event));
      addEventListener("online", () => this.#send());
      addEventListener("offline", () => this.#show());
      setInterval(() => this.#send(), SOON);
      this.#show();
      this.#send();
    }

    // The date is over: what was done here is sent yet, and the names go.
    async #end() {
      if (this.queue.length) await this.#send();
      doorKept.forget(this.name);
    }

    #read(page) {
      this.facts = JSON.parse(page.querySelector("#door-facts").textContent);
      this.token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    }

    // Two windows of one door keep one list of what waits.
    #keep() {
      const known = new Set(this.queue.map((entry) => entry.key));
      const others = doorKept.read(this.name).queue.filter(
        (entry) => !known.has(entry.key) && !this.done.has(entry.key),
      );
      this.queue = [...others, ...this.queue].sort((one, other) => one.at - other.at);
      doorKept.write(this.name, { wipe: this.facts.wipe, queue: this.queue, skew: this.skew });
    }

    #drop(keys) {
      for (const key of keys) this.done.add(key);
      this.queue = this.queue.filter((entry) => !keys.has(entry.key));
    }

    // The shop's time: that of a telephone may be wrong.
    #now() {
      return Date.now() + this.skew;
    }

    // A ticket as it stands with what was done here and is not sent.
    #used(ticket) {
      const last = this.queue.findLast((entry) => entry.ticket === ticket.id);
      return last ? (last.in ? last.at : null) : ticket.used;
    }

    #rows() {
      return [...this.main.querySelectorAll("[data-order]")];
    }

    #of(row) {
      return this.facts.tickets.filter((ticket) => String(ticket.order) === row.dataset.order);
    }

    #say(text) {
      this.querySelector("[data-said]").textContent = text;
      const scan = this.main.querySelector("square-scan");
      if (scan.querySelector("dialog").open) scan.say(text);
    }

    #words(name, facts) {
      return Object.entries(facts).reduce(
        (text, [key, value]) => text.replace(`{${key}}`, value),
        this.dataset[name],
      );
    }

    #clock(moment) {
      const shape = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: this.facts.zone };
      return new Intl.DateTimeFormat("en-GB", shape).format(new Date(moment));
    }

    #pressed(event) {
      const row = event.target.closest("[data-order]");
      if (!row) {
        if (event.target.matches(".search")) this.#find(event);
        return;
      }
      event.preventDefault();
      const isIn = event.submitter.name !== "undo";
      const tickets = this.#of(row).filter((ticket) => !this.#used(ticket) === isIn);
      this.#do(row, tickets, isIn);
    }

    #do(row, tickets, isIn) {
      const now = this.#now();
      if (isIn && !(Date.parse(this.facts.from) <= now && now < Date.parse(this.facts.until))) {
        this.#say(this.dataset.otherDay);
        return;
      }
      for (const ticket of tickets) {
        const last = this.queue.findLast((one) => one.ticket === ticket.id);
        const undoes = !isIn && last?.in ? last.key : undefined;
        // What nobody was told of is simply taken back here. An answer that was lost told it, too.
        if (undoes && !last.isTold) this.#drop(new Set([last.key]));
        else this.queue.push({ key: crypto.randomUUID(), ticket: ticket.id, in: isIn, at: now, undoes });
      }
      this.#keep();
      this.#show();
      this.#say(this.#words(isIn ? "done" : "undone", { name: row.dataset.name }));
      this.#send();
    }

    // The ticket of a code, known by its digest alone.
    async #ticket(code) {
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
      const bytes = [...new Uint8Array(digest)].slice(0, 16);
      const mark = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return this.facts.tickets.find((one) => one.mark === mark);
    }

    async #scanned(event) {
      event.preventDefault();
      const ticket = await this.#ticket(event.detail.code);
      if (!ticket && !this.#isAway) {
        const page = this.main.querySelector("square-scan").dataset.page;
        location.assign(page.replace("{code}", event.detail.code));
        return;
      }
      if (!ticket) {
        this.#say(this.#words("unknown", { time: this.#clock(this.facts.made) }));
        return;
      }
      const row = this.#rows().find((one) => one.dataset.order === String(ticket.order));
      const used = this.#used(ticket);
      const name = row.dataset.name;
      if (used) this.#say(this.#words("twice", { name, time: this.#clock(used) }));
      else this.#do(row, [ticket], true);
    }

    get #isAway() {
      return this.isAway || !navigator.onLine;
    }

    async #send() {
      if (this.isSending || !navigator.onLine) return;
      this.isSending = true;
      try {
        while (this.queue.length) {
          const part = this.queue.slice(0, 100);
          if (!(await this.#post(part))) break;
        }
        if (!this.queue.length) await this.#look();
        this.isAway = false;
      } catch {
        this.isAway = true;
      } finally {
        this.isSending = false;
        this.#show();
      }
    }

    // Sends a part of what waits; tells whether the next may go.
    async #post(part) {
      for (const entry of part) entry.isTold = true;
      this.#keep();
      const entries = part.map(({ key, ticket, in: isIn, at, undoes }) => ({
        key,
        ticket,
        in: isIn,
        undoes,
        ago: (this.#now() - at) / 1000,
      }));
      const answer = await fetch(this.dataset.entries, {
        method: "POST",
        redirect: "manual",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify({ list: this.facts.list, entries }),
      });
      if (!answer.ok) {
        if (answer.type === "opaqueredirect" || answer.status === 403) await this.#look();
        else if (answer.status === 409) this.#say((await answer.json()).refused);
        return false;
      }
      const said = (await answer.json()).entries;
      this.#drop(new Set(Object.keys(said)));
      this.#keep();
      const words = Object.values(said).filter(Boolean);
      if (words.length) this.#say(words.join(" "));
      return true;
    }

    // Reads the page anew: what others did at another door, and a fresh token.
    async #look() {
      const answer = await fetch(this.path, { redirect: "manual", cache: "no-store" });
      if (!answer.ok) {
        if (answer.type === "opaqueredirect") this.#say(this.dataset.signIn);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("#door-facts")) return;
      const ids = () => String(this.facts.tickets.map((ticket) => ticket.id).sort());
      const before = ids();
      this.#read(page);
      this.skew = Date.parse(this.facts.made) - Date.now();
      this.#keep();
      if (ids() !== before) {
        this.main.querySelector(".guests").replaceWith(page.querySelector(".guests"));
      }
    }

    #show() {
      let inside = 0;
      for (const row of this.#rows()) inside += this.#draw(row);
      const all = this.facts.tickets.reduce((sum, ticket) => sum + ticket.people, 0);
      this.main.querySelector("[data-inside]").textContent = inside;
      this.main.querySelector("progress.fest").value = inside;
      const counts = { all, coming: all - inside, here: inside };
      for (const tab of this.main.querySelectorAll("[data-show]")) {
        tab.querySelector("b").textContent = counts[tab.dataset.show];
      }
      this.querySelector("[data-away]").hidden = !this.#isAway;
      this.querySelector("[data-made]").textContent = this.#clock(this.facts.made);
      this.querySelector("[data-waits]").hidden = !this.queue.length;
      this.querySelector("[data-waits] b").textContent = this.queue.length;
    }

    // Draws a booking as it stands; returns how many people of it are in.
    #draw(row) {
      const tickets = this.#of(row);
      const used = tickets.filter((ticket) => this.#used(ticket));
      const people = (some) => some.reduce((sum, ticket) => sum + ticket.people, 0);
      const [inside, coming] = [people(used), people(tickets) - people(used)];
      const last = used.map((ticket) => new Date(this.#used(ticket)).getTime());
      row.classList.toggle("in", !coming);
      const since = row.querySelector("strong");
      since.hidden = coming > 0;
      since.textContent = used.length
        ? this.#words("in", { time: this.#clock(Math.max(...last)) })
        : "";
      const button = row.querySelector("[data-let]");
      button.hidden = !coming;
      button.textContent = this.#words("let", { count: coming });
      row.querySelector("[name=undo]").hidden = !inside;
      row.querySelector("[data-unsent]").hidden = !this.queue.some((entry) =>
        tickets.some((ticket) => ticket.id === entry.ticket),
      );
      return inside;
    }

    #filtered(event) {
      const tab = event.target.closest("[data-show]");
      if (!tab) return;
      event.preventDefault();
      for (const one of this.main.querySelectorAll("[data-show]")) {
        if (one === tab) one.setAttribute("aria-current", "page");
        else one.removeAttribute("aria-current");
      }
      const fits = (row) =>
        ({ coming: !row.classList.contains("in"), here: !row.querySelector("[name=undo]").hidden })[
          tab.dataset.show
        ] ?? true;
      this.#only(fits);
    }

    async #find(event) {
      event.preventDefault();
      const words = event.target.querySelector("[type=search]").value.trim().toLowerCase();
      const ticket = await this.#ticket(codeIn(words));
      if (ticket) this.#only((row) => row.dataset.order === String(ticket.order));
      else this.#only((row) => `${row.dataset.name} ${row.dataset.number}`.toLowerCase().includes(words));
    }

    #only(fits) {
      let some = false;
      for (const row of this.#rows()) {
        row.hidden = !fits(row);
        some ||= !row.hidden;
      }
      this.main.querySelector("[data-nobody]").hidden = some;
    }
  },
);
