/* <undersigned-form statement="https://…/s/…">: the form to sign a statement, on any site that the
   coalition names. What is inside of the element, a link, stays where this cannot work. */
(() => {
  if (!self.customElements || !self.fetch || !self.Intl || !Intl.DisplayNames || customElements.get("undersigned-form")) return;
  if (!("adoptedStyleSheets" in Document.prototype)) return;
  const WORDS = "@words", SAID = "@said", VISIBILITIES = "@visibilities", COUNTRIES = "@countries";
  const HERE = (document.currentScript || {}).src || location.href, SHOWN = ["initials", "public"];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("@style");

  "proof.js";

  /* An element with its attributes and what is in it; what starts with "on" listens. */
  function el(tag, facts, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(facts || {})) {
      if (value === false || value == null) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...inside.flat(2).filter(Boolean));
    return made;
  }

  async function read(address) {
    const answer = await fetch(address, {credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store"});
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }

  /* The language of ours for a tag, or nothing. */
  const ours = tag => Object.keys(WORDS).find(known => known === (tag || "").toLowerCase().split("-")[0]);

  class Form extends HTMLElement {
    static observedAttributes = ["statement", "lang"];

    constructor() {
      super();
      this.attachShadow({mode: "open"}).adoptedStyleSheets = [sheet];
      this.shadowRoot.append(el("slot"));
    }

    connectedCallback() { this.begin(); }
    attributeChangedCallback() { this.begin(); }

    begin() {
      const turn = this.turn = {};
      queueMicrotask(() => turn === this.turn && this.isConnected && this.load(turn));
    }

    async load(turn) {
      try {
        const given = this.getAttribute("statement") || "";
        const page = new URL(given.includes("/") ? given : `/s/${given}`, HERE);
        const [, root, address] = page.href.match(/^(https?:.*)\/s\/([^/?#]+)/);
        Object.assign(this, {root, address, api: `${root}/v1/public/statements/${address}`});
        const found = await this.found();
        if (turn === this.turn) this.show(found);
      } catch {
        if (turn === this.turn) this.giveUp();
      }
    }

    /* Where it cannot work, the link inside of it is what there is; where there is none, ours. */
    giveUp() {
      const link = this.address && !this.textContent.trim() && el("a", {href: `${this.root}/s/${this.address}`}, WORDS[this.tongue || "en"].statement.sign);
      this.shadowRoot.replaceChildren(link || el("slot"));
    }

    async found() {
      const spoken = this.closest("[lang]");
      const wanted = ours(spoken && spoken.lang);
      let found = await read(this.api + (wanted ? `?language=${wanted}` : ""));
      this.tongue = wanted || ours(found.language) || navigator.languages.map(ours).find(Boolean) || "en";
      if (found.consents[0].language !== this.tongue) found = await read(`${this.api}?language=${this.tongue}`);
      return found;
    }

    say(key, facts = {}) {
      const [part, name] = key.split(".");
      let found = WORDS[this.tongue][part][name];
      if (typeof found === "object") found = found[new Intl.PluralRules(this.tongue).select(facts.count)] || found.other;
      return found.replace(/\{(\w+)\}/g, (_, place) => place === "count" ? this.number(facts.count) : facts[place]);
    }

    number(count) { return count.toLocaleString(this.tongue); }

    when(instant, zone) {
      const moment = new Intl.DateTimeFormat(this.tongue === "en" ? "en-GB" : this.tongue, {dateStyle: "long", timeStyle: "short", timeZone: zone});
      return `${moment.format(new Date(instant))} (${zone})`;
    }

    out(path, words) {
      return el("a", {class: "onward", href: path, target: "_blank", rel: "noopener"}, words, " ", el("span", {class: "aside"}, `(${this.say("page.new_tab")})`));
    }

    /* All of it: what is signed, how many did, and the form or why there is none. */
    show(found, typed) {
      this.statement = found;
      this.proof = this.work = null;
      const {counts, accent} = found, {total} = counts, own = new CSSStyleSheet(), count = el("p", {class: "count"});
      if (/^#[0-9a-f]{6}$/i.test(accent)) own.replaceSync(`:host{--own:${accent}}`);
      this.shadowRoot.adoptedStyleSheets = [sheet, own];
      const organisations = counts.by_kind.organisation || 0;
      if (total) count.append(el("strong", null, this.number(total)), " ", this.say("statement.count", {count: total}),
        organisations && organisations !== total ? el("span", {class: "aside"}, this.say("statement.organisations", {count: organisations})) : "");
      else count.append(this.say("statement.none_yet"));
      const state = this.state(found);
      this.box = el("section", {class: "box", lang: this.tongue, dir: WORDS[this.tongue].direction, "aria-labelledby": "title"},
        el("p", {class: "coalition"}, el("bdi", null, found.coalition)),
        el("h2", {id: "title", class: "title", lang: found.language, dir: "auto"}, found.title),
        this.out(`${this.root}/s/${this.address}`, this.say("thanks.statement")), count,
        this.message = el("div"), state === "open" ? this.form = this.asking(found) : this.became(state, found));
      this.shadowRoot.replaceChildren(this.box);
      if (typed && state === "open") this.refill(typed);
    }

    state({phase, state, successor, opens_at}) {
      if (phase === "open") return phase;
      const over = {superseded: "superseded", withdrawn: "withdrawn", archived: "closed"}[state];
      return over || (successor ? "superseded" : phase === "closed" ? phase : opens_at ? "unopened" : "none");
    }

    became(state, {opens_at, zone, successor}) {
      const key = {unopened: "opens", none: "not_open"}[state] || state, hint = WORDS[this.tongue].statement[`${key}_hint`];
      return el("div", {class: "state", role: "status"}, el("h3", null, this.say(`statement.${key}`, {when: opens_at && this.when(opens_at, zone)})),
        hint && el("p", null, hint), successor && this.out(`${this.root}/s/${successor}`, this.say("statement.successor")));
    }

    /* A field: its words, what helps, and where its fault will stand. */
    field(name, words, facts, hint) {
      const id = `f-${name}`, isOptional = facts && facts.optional;
      return el("div", {class: "field", "data-field": name}, el("label", {for: id}, words, isOptional && el("span", {class: "aside"}, ` · ${this.say("page.optional")}`)),
        hint && el("p", {class: "hint", id: `h-${name}`}, hint),
        el("input", {id, name, type: "text", dir: "auto", maxlength: 200, required: !isOptional, "aria-describedby": hint && `h-${name}`, ...facts, optional: null}));
    }

    choice(type, name, value, words, hint, facts) {
      const id = `${name}-${value}`;
      return el("div", {class: "choice"}, el("input", {type, name, value, id, "aria-describedby": hint && `h-${id}`, ...facts}),
        el("label", {for: id}, words), hint && el("p", {class: "hint", id: `h-${id}`}, hint));
    }

    group(name, legend, hint, ...inside) {
      return el("fieldset", {"data-field": name, id: `f-${name}`, tabindex: -1}, el("legend", null, legend), hint && el("p", {class: "hint"}, hint), inside);
    }

    asking({takes_individuals: people, takes_organisations: organisations, is_sensitive: isSensitive, consents, closes_at, zone}) {
      const say = key => this.say(key), names = new Intl.DisplayNames(this.tongue, {type: "region"});
      const countries = COUNTRIES.match(/../g).map(code => [code, names.of(code)]).sort((one, other) => one[1].localeCompare(other[1], this.tongue));
      const boxes = news => consents.map((one, place) => (one.purpose === "mailings") === news &&
        this.choice("checkbox", "consent", place, one.words, "", {lang: one.language, "data-purpose": one.purpose, "data-words": one.words_sha256, required: one.purpose === "signing"})).filter(Boolean);
      const news = boxes(true);
      const forOne = el("div", {class: "only"}, this.field("organisation", say("sign.organisation"), {autocomplete: "organization", maxlength: 300}),
        el("div", {"data-field": "may_commit", id: "f-may_commit", tabindex: -1}, this.choice("checkbox", "may_commit", "yes", say("sign.may_commit"))));
      const form = el("form", {novalidate: true, "aria-label": say("sign.title"), oninput: () => { this.toggle(); this.begin_work(); }, onsubmit: event => { event.preventDefault(); this.send(); }},
        el("h3", null, say("sign.title")),
        closes_at && el("p", {class: "hint"}, this.say("statement.until", {when: this.when(closes_at, zone)})),
        el("div", {class: "trap", "aria-hidden": "true"}, el("label", {for: "f-website"}, say("sign.trap")), el("input", {id: "f-website", name: "website", tabindex: -1, autocomplete: "off"})),
        this.field("name", say("sign.name"), {autocomplete: "name"}, say("sign.name_hint")),
        this.field("email", say("sign.email"), {type: "email", autocomplete: "email", maxlength: 254, dir: "ltr"}, say("sign.email_hint")),
        el("div", {class: "field", "data-field": "country"}, el("label", {for: "f-country"}, say("sign.country")),
          el("select", {id: "f-country", name: "country", autocomplete: "country", required: true}, el("option", {value: ""}, say("sign.choose")), countries.map(([value, words]) => el("option", {value}, words)))),
        el("div", {class: "pair"}, this.field("role", say("sign.role"), {optional: true, autocomplete: "organization-title"}),
          people && this.field("affiliation", say("sign.affiliation"), {optional: true, autocomplete: "organization"})),
        organisations && el("div", {class: "for"}, people && this.choice("checkbox", "kind", "organisation", say("sign.for_organisation"), say("sign.for_organisation_hint")), forOne),
        this.group("visibility", say("sign.how"), say(isSensitive ? "sign.how_sensitive" : "sign.how_hint"),
          VISIBILITIES.map((one, place) => this.choice("radio", "visibility", one, say(`sign.${one}`), say(`sign.${one}_hint`), {checked: isSensitive && !place}))),
        isSensitive && this.choice("checkbox", "receipt", "no", say("sign.no_receipt"), say("sign.no_receipt_hint")),
        this.group("consent", say("sign.consent"), "", boxes(false)),
        news.length && this.group("news", say("sign.news"), say("sign.news_hint"), news),
        el("details", null, el("summary", null, say("sign.data")), el("ul", null, ["kept", "seen", "time", "back"].map(key => el("li", null, say(`sign.data_${key}`))))),
        el("button", {class: "button"}, say("sign.submit")), el("p", {class: "hint", role: "status", id: "status"}, say("sign.next")));
      queueMicrotask(() => this.toggle());
      return form;
    }

    /* Fields that wait until they are wanted. */
    toggle() {
      const {form, statement} = this, is = this.isOrganisation();
      const only = form.querySelector(".only"), name = form.querySelector("[data-purpose=name]");
      if (only) only.hidden = !is;
      name.parentNode.hidden = !SHOWN.includes(this.value("visibility"));
      const role = form.querySelector("[data-field=affiliation]");
      if (role && statement.takes_organisations) role.hidden = is;
    }

    value(name) { return (this.form.elements[name] || {value: ""}).value.trim(); }
    isOrganisation() { const {kind} = this.form.elements; return this.statement.takes_organisations && (kind ? kind.checked : true); }
    ticked() { return this.statement.consents.filter((_, place) => { const one = this.form.querySelector(`#consent-${place}`); return one.checked && !one.parentNode.hidden; }); }

    missing() {
      const found = {}, is = this.isOrganisation(), how = this.value("visibility"), purposes = this.ticked().map(one => one.purpose);
      for (const name of ["name", "email", "country", ...is ? ["organisation"] : []]) if (!this.value(name)) found[name] = name === "country" ? "field.country" : "field.needed";
      if (is && !this.form.elements.may_commit.checked) found.may_commit = "field.may_commit";
      if (!how) found.visibility = "field.choice";
      else if (is && how === "initials") found.visibility = "field.initials";
      if (!purposes.includes("signing")) found.consent = "field.tick";
      else if (SHOWN.includes(how) && !purposes.includes("name")) found.consent = "field.tick_name";
      return found;
    }

    body() {
      const is = this.isOrganisation(), text = name => this.value(name) || null, role = text("role");
      const who = is ? {kind: "organisation", name: text("organisation"), represented_by: {name: text("name"), ...role && {role}}}
        : {kind: "individual", name: text("name"), role, affiliation: text("affiliation")};
      const receipt = this.form.elements.receipt;
      return {...who, email: text("email"), country: text("country"), visibility: text("visibility"), language: this.tongue,
        consents: this.ticked().map(({purpose, organisation_id, words_sha256}) => ({purpose, organisation_id, words_sha256})),
        receipt: !(receipt && receipt.checked), revision_sha256: this.statement.revision_sha256, proof: this.proof || null, website: this.value("website")};
    }

    begin_work() {
      if (this.work && Date.now() < this.until || !self.crypto || !crypto.subtle) return this.work;
      this.until = Date.now() + 60000;
      return this.work = (async () => {
        const challenge = await read(`${this.api}/challenge`);
        this.until = (challenge.parameters.expiresAt || Infinity) * 1000 - 30000;
        this.proof = await solve(challenge);
      })().catch(() => {});
    }

    async send(isAgain) {
      if (this.isBusy && !isAgain) return;
      const faults = this.missing(), status = this.form.querySelector("#status");
      if (Object.keys(faults).length) return this.mend(faults);
      this.isBusy = true;
      this.mend({});
      status.textContent = this.say("sign.working");
      try {
        if (!this.proof || Date.now() > this.until) await Promise.race([this.begin_work(), new Promise(done => setTimeout(done, 20000))]);
        const answer = await fetch(`${this.api}/signatures`, {method: "POST", credentials: "omit", referrerPolicy: "no-referrer",
          headers: {"Content-Type": "application/json"}, body: JSON.stringify(this.body())});
        this.proof = this.work = null;
        await this.heard(answer, isAgain);
      } catch {
        this.tell(this.say("widget.failed"), this.say("widget.failed_text"), this.out(`${this.root}/s/${this.address}`, this.say("sign.title")));
      }
      this.isBusy = false;
      status.textContent = this.say("sign.next");
    }

    async heard(answer, isAgain) {
      if (answer.status === 202) return this.thank();
      const problem = await answer.json().catch(() => ({})), errors = problem.errors || [];
      if (answer.status === 429) {
        const wait = +answer.headers.get("Retry-After") || 60;
        const words = wait > 60 ? this.say("error.minutes", {count: Math.ceil(wait / 60)}) : this.say("error.seconds", {count: wait});
        return this.tell(this.say("error.429"), this.say("error.429_text", {wait: words}));
      }
      if (answer.status === 409) {
        const typed = this.typed(), old = this.statement.revision_sha256;
        this.show(await this.found(), typed);
        if (this.statement.revision_sha256 !== old) this.tell(this.say("statement.changed"), this.say("statement.changed_hint"), this.out(`${this.root}/s/${this.address}`, this.say("thanks.statement")));
        return;
      }
      if (errors.some(({pointer}) => pointer === "/proof") && !isAgain) return this.send(true);
      if (answer.status !== 422) throw new Error(answer.status);
      const faults = {}, is = this.isOrganisation();
      for (const {pointer, code} of errors) {
        const name = this.nameOf(pointer.split("/").slice(1), is);
        faults[name] = faults[name] || this.sentence(name, code);
      }
      this.mend(Object.keys(faults).length ? faults : {form: "error.422"});
    }

    nameOf(path, is) {
      const last = path[path.length - 1];
      if (path[0] === "represented_by") return last === "role" ? last : "name";
      if (path[0] === "name" && is) return "organisation";
      return {consents: "consent", kind: "for"}[path[0]] || path[0];
    }

    sentence(name, code) {
      return "field." + (SAID[`${name}.${code}`] || SAID[code] || SAID[name] || "other");
    }

    /* What is wrong: read first, and beside its field. */
    mend(faults) {
      const {form} = this, labels = {consent: "sign.consent", visibility: "sign.how", may_commit: null};
      form.querySelectorAll(".fault").forEach(one => one.remove());
      form.querySelectorAll("[aria-invalid]").forEach(one => { one.removeAttribute("aria-invalid"); one.setAttribute("aria-describedby", one.dataset.hint || ""); });
      this.message.replaceChildren();
      const lines = Object.entries(faults).map(([name, key]) => {
        const words = this.say(key), place = form.querySelector(`[data-field=${name}]`);
        const label = labels[name] === undefined ? WORDS[this.tongue].sign[name] && `sign.${name}` : labels[name];
        const told = [label && el("b", null, this.say(label), ": "), words];
        if (!place) return el("li", null, told);
        const field = place.querySelector("input:not([type]), input[type=text], input[type=email], select") || place;
        const fault = el("p", {class: "fault", id: `e-${name}`}, el("b", null, this.say("page.wrong"), ": "), words);
        if (field === place) place.firstChild.matches("legend") ? place.firstChild.after(fault) : place.prepend(fault);
        else {
          field.before(fault);
          field.dataset.hint = field.getAttribute("aria-describedby") || "";
          field.setAttribute("aria-invalid", "true");
          field.setAttribute("aria-describedby", `${field.dataset.hint} e-${name}`.trim());
        }
        return el("li", null, el("button", {type: "button", onclick: () => field.focus()}, told));
      });
      if (lines.length) this.tell(this.say("page.mend"), this.say("page.mend_hint"), el("ul", null, lines));
    }

    tell(title, text, ...more) {
      const told = el("div", {class: "summary", role: "alert", tabindex: -1}, el("h3", null, title), el("p", null, text), more);
      this.message.replaceChildren(told);
      told.focus();
    }

    /* What was typed goes on into the form as it is after the text changed. */
    typed() { return [...this.form.elements].filter(one => one.name).map(({id, value, checked, dataset}) => [id, value, checked, dataset.words]); }
    refill(typed) {
      for (const [id, value, checked, words] of typed) {
        const field = this.form.querySelector(`#${id}`);
        if (!field) continue;
        field.checked = checked && field.dataset.words === words;
        if (field.type !== "checkbox" && field.type !== "radio") field.value = value;
      }
    }

    thank() {
      const title = el("h3", {tabindex: -1}, this.say("mailbox.title"));
      this.message.replaceChildren();
      this.form.replaceWith(el("div", {class: "state", role: "status"}, title, el("p", null, this.say("mailbox.text")), el("p", {class: "hint"}, this.say("mailbox.patience")),
        this.out(`${this.root}/s/${this.address}/code`, this.say("mailbox.code_title_alone"))));
      title.focus();
    }
  }

  customElements.define("undersigned-form", Form);
})();
