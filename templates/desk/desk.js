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

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", event => {
    if (event.submitter?.formTarget) return; /* it shows something beside the form, again and again */
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach(form => delete form.dataset.sent));
})();

"signing.js";
