/* A text is saved as one types: block by block, each on top of what others wrote meanwhile. */
(() => {
  /* What a template makes of what is typed, beside its form. */
  const assembly = document.querySelector("[data-assembly] form");
  if (assembly) {
    const show = assembly.querySelector("[data-preview]");
    let due;
    assembly.addEventListener("change", () => {
      clearTimeout(due);
      due = setTimeout(() => assembly.requestSubmit(show), 700);
    });
  }
})();

(() => {
  const desk = document.querySelector("[data-writing]");
  if (!desk) return;
  const PAUSE = 1800, waiting = new Map(), dirty = new Set();
  let last = Promise.resolve();

  const sent = form => new URLSearchParams(new FormData(form));
  const tell = (form, words, wrong) => {
    const told = form.querySelector(".told");
    told.textContent = words;
    told.classList.toggle("wrong", !!wrong);
  };
  const words = desk.dataset;

  const item = /^\s*(?:[-*+\u00b7\u2022\u2023\u2219\u25aa\u25ab\u25cb\u25cf\u25e6\u2013\u2014]|\d{1,3}[.)])\s+\S/gm;
  const parts = text => text.trim().split(/\n[^\S\n]*\n\s*/).length > 1 || (text.match(item) || []).length > 1;
  /* Where an empty line or a list parts a paragraph, it becomes two blocks: not while one types. */
  const holds = form => form.dataset.autosave === "paragraph" && parts(form.elements.text.value);

  const page = async (form, more = {}) => {
    const body = sent(form);
    body.set("do", "save");
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "text/html"}});
    return {answer, fresh: new DOMParser().parseFromString(await answer.text(), "text/html")};
  };

  /* Take over what the page says now, but where somebody types. */
  const take = (fresh, own) => {
    const list = desk.querySelector(".blocks"), news = fresh.querySelector(".blocks");
    if (!list || !news) return;
    const held = id => {
      const here = document.getElementById(id);
      const form = here && here.querySelector("form");
      return here && (dirty.has(form) || here.contains(document.activeElement)) ? here : null;
    };
    const ids = [...news.children].map(one => one.id);
    const same = ids.join() === [...list.children].map(one => one.id).join();
    for (const one of [...news.children]) {
      const here = document.getElementById(one.id);
      const kept = held(one.id);
      if (kept === own) own.querySelector("[name=was]").value = one.querySelector("[name=was]").value;
      if (!same && kept) one.replaceWith(kept);
      else if (same && !kept && here.querySelector("[name=was]").value !== one.querySelector("[name=was]").value)
        here.replaceWith(document.importNode(one, true));
    }
    if (!same) {
      const focused = document.activeElement;
      list.replaceChildren(...news.children);
      if (focused && focused.isConnected) focused.focus();
    }
    /* What is to be looked at, and the next step: a text that was frozen is written on now. */
    for (const name of ["#look", ".headline"]) {
      const [old, now] = [document.querySelector(name), fresh.querySelector(name)];
      if (old && now && !old.contains(document.activeElement)) old.replaceWith(now);
    }
    grips();
  };

  const save = form => {
    clearTimeout(waiting.get(form));
    waiting.delete(form);
    last = last.then(async () => {
      if (!dirty.has(form) || !form.isConnected) return;
      const was = sent(form).toString();
      tell(form, words.saving);
      try {
        const {answer, fresh} = await page(form);
        const block = form.closest("[data-block]");
        const theirs = fresh.getElementById(block.id);
        if (answer.ok && fresh.querySelector(".blocks")) {
          if (sent(form).toString() === was) dirty.delete(form);
          take(fresh, block);
          if (form.isConnected) tell(form, words.saved);
          refresh();
        } else {
          /* An answer that is no text of ours asks for a new sign-in: what was typed stays here. */
          const fault = theirs && theirs.querySelector(".fault, .collides");
          const whole = fresh.querySelector(answer.ok ? "h1" : ".summary li, .lead");
          tell(form, words.unsaved + " " + ((fault || whole || {}).textContent || "").trim(), true);
          if (theirs && answer.status === 412) { block.replaceWith(document.importNode(theirs, true)); dirty.delete(form); }
        }
      } catch {
        tell(form, words.offline, true);
        waiting.set(form, setTimeout(() => save(form), 10000));
      }
    });
    return last;
  };

  const frame = document.querySelector("[data-page]");
  let due;
  const refresh = () => {
    if (!frame || !frame.offsetParent) return;
    clearTimeout(due);
    due = setTimeout(() => frame.contentWindow ? frame.src = frame.src : 0, 600);
  };

  desk.addEventListener("input", ({target}) => {
    const form = target.closest("[data-autosave]");
    if (!form || !["text", "items"].includes(target.name)) return;
    dirty.add(form);
    tell(form, "");
    clearTimeout(waiting.get(form));
    if (!holds(form)) waiting.set(form, setTimeout(() => save(form), PAUSE));
  });
  desk.addEventListener("focusout", ({target, relatedTarget}) => {
    const form = target.closest("[data-autosave]");
    if (form && dirty.has(form) && !form.contains(relatedTarget)) save(form);
  });
  addEventListener("beforeunload", event => { if (dirty.size) event.preventDefault(); });
  document.addEventListener("submit", ({target}) => { dirty.delete(target); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) for (const one of dirty) save(one); });

  /* A block is dragged by its grip, and put before or behind another one. */
  let held;
  const grips = () => {
    for (const block of desk.querySelectorAll("[data-block]")) {
      if (block.querySelector(".grip")) continue;
      const grip = document.createElement("span");
      grip.className = "grip";
      grip.draggable = true;
      grip.title = words.drag;
      grip.textContent = "⠿";
      grip.setAttribute("aria-hidden", "true");
      block.querySelector(".acts").prepend(grip);
    }
  };
  const over = event => event.target.closest && event.target.closest("[data-block]");
  const mark = block => {
    for (const one of desk.querySelectorAll(".is-over")) one.classList.remove("is-over");
    if (block) block.classList.add("is-over");
  };
  desk.addEventListener("dragstart", event => {
    if (!event.target.closest?.(".grip")) return; /* words that are dragged are a text node */
    held = over(event);
    held.classList.add("is-held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", held.dataset.block);
  });
  desk.addEventListener("dragover", event => {
    const block = held && over(event);
    if (!block || block === held) return;
    event.preventDefault();
    mark(block);
  });
  desk.addEventListener("dragend", () => { mark(); if (held) held.classList.remove("is-held"); held = null; });
  desk.addEventListener("drop", async event => {
    const block = held && over(event), form = held && held.querySelector("form");
    if (!block || block === held) return;
    event.preventDefault();
    const before = block.previousElementSibling;
    const after = before === held ? before.previousElementSibling : before;
    await last;
    try {
      const {answer, fresh} = await page(form, {do: "move", after: after ? after.dataset.block : ""});
      dirty.delete(form);
      if (answer.ok) { take(fresh); refresh(); } else location.reload();
    } catch {
      tell(form, words.offline, true);
    }
  });
  grips();
})();
