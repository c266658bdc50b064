/* What a browser can do for who works here; every act works without it. */
(() => {
  const page = document.documentElement;
  page.classList.add("scripted");

  /* Instants as this computer's clock has them. */
  const tongue = page.lang === "en" ? "en-GB" : page.lang; // as the server writes days and hours
  const days = new Intl.DateTimeFormat(tongue, {dateStyle: "long"});
  const hours = new Intl.DateTimeFormat(tongue, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
  for (const one of document.querySelectorAll("time[datetime]")) {
    one.title = one.textContent;
    const at = new Date(one.dateTime);
    one.textContent = `${days.format(at)}, ${hours.format(at)}`;
  }

  document.addEventListener("change", ({target}) => {
    if (target.matches("[data-at-once]")) target.form.requestSubmit();
    if (!target.matches("[data-all]")) return;
    for (const one of target.form.querySelectorAll("[name=ids]")) one.checked = target.checked;
  });
  for (const one of document.querySelectorAll("[data-all], [data-all-of]")) one.hidden = false;

  /* What stands in order is dragged, too: its form says before which it goes. */
  for (const list of document.querySelectorAll("[data-ordered]")) {
    let held, behind;
    for (const one of list.children) one.draggable = true;
    list.addEventListener("dragstart", ({target}) => {
      held = [...list.children].find(one => one.contains(target));
      behind = held.nextElementSibling;
      held.classList.add("held");
    });
    list.addEventListener("dragover", event => {
      const over = [...list.children].find(one => one.contains(event.target));
      if (!held || !over) return;
      event.preventDefault();
      const {top, height} = over.getBoundingClientRect();
      over[event.clientY > top + height / 2 ? "after" : "before"](held);
    });
    list.addEventListener("dragend", ({dataTransfer}) => {
      const form = held.querySelector("form");
      held.classList.remove("held");
      if (dataTransfer.dropEffect === "none") held.parentNode.insertBefore(held, behind); /* let go elsewhere, or Escape */
      if (held.nextElementSibling === behind) return;
      form.elements.before.value = held.nextElementSibling?.dataset.id || "";
      form.requestSubmit();
    });
  }

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", event => {
    if (event.submitter?.formTarget) return; /* it shows something beside the form, again and again */
    const form = event.target;
    if (form.method !== "post" || "file" in form.dataset) return; /* what is answered with a file leaves the page as it is */
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach(form => delete form.dataset.sent));
})();

"signing.js";
