/* The queue by keys, on the one that has the focus; the page as it would be with what is ticked. */
(() => {
  const queue = document.querySelector("[data-keys]");
  if (queue) {
    const items = [...queue.querySelectorAll("[data-item]")];
    if (!document.querySelector(".summary")) items[0].focus({preventScroll: true}); /* what is wrong comes first */
    queue.addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const here = event.target.closest("[data-item]");
      const step = {j: 1, k: -1}[event.key];
      const next = step ? items[items.indexOf(here) + step] : here.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!next) return;
      event.preventDefault();
      if (step) next.focus(); else next.click();
    });
  }
  const frames = document.querySelectorAll("[data-previews]");
  const form = frames.length && document.querySelector("[data-preview]").form;
  if (form) form.addEventListener("change", () => {
    const tried = new URLSearchParams();
    for (const box of form.querySelectorAll("[data-preview] [type=checkbox]")) tried.set(box.name, box.checked ? "yes" : "no");
    for (const one of frames) one.src = one.src.split("?")[0] + "?" + tried;
  });
})();
