/* What a browser can do for who works here; every act works without it. */
(() => {
  const page = document.documentElement;
  page.classList.add("scripted");

  /* Instants as this computer's clock has them. */
  const clock = new Intl.DateTimeFormat(page.lang, {dateStyle: "medium", timeStyle: "short"});
  for (const one of document.querySelectorAll("time[datetime]")) {
    one.title = one.textContent;
    one.textContent = clock.format(new Date(one.dateTime));
  }

  document.addEventListener("change", ({target}) => {
    if (target.matches("[data-at-once]")) target.form.requestSubmit();
    if (!target.matches("[data-all]")) return;
    for (const one of target.form.querySelectorAll("[name=ids]")) one.checked = target.checked;
  });
  for (const one of document.querySelectorAll("[data-all]")) one.hidden = false;

  /* What stands in order is dragged, too: its form says before which it goes. */
  for (const list of document.querySelectorAll("[data-ordered]")) {
    let held;
    for (const one of list.children) one.draggable = true;
    list.addEventListener("dragstart", ({target}) => {
      held = target.closest("li");
      held.classList.add("held");
    });
    list.addEventListener("dragover", event => {
      const over = event.target.closest("li");
      if (!held || !over) return;
      event.preventDefault();
      const {top, height} = over.getBoundingClientRect();
      over[event.clientY > top + height / 2 ? "after" : "before"](held);
    });
    list.addEventListener("dragend", () => {
      const form = held.querySelector("form");
      form.elements.before.value = held.nextElementSibling?.dataset.id || "";
      form.requestSubmit();
    });
  }

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", event => {
    if (event.submitter?.formTarget) return; /* it shows something beside the form, again and again */
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach(form => delete form.dataset.sent));
})();

"signing.js";
