/* A board is asked for again every half minute, while somebody is here: an unattended one is let be,
   so that its session ends as it would without a script. */
(() => {
  const board = document.querySelector("[data-fresh]");
  if (!board) return;
  const every = 3e4, attended = 9e5;
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, {dateStyle: "medium", timeStyle: "short"});
  let moved = Date.now(), tag = "";
  for (const kind of ["pointerdown", "pointermove", "keydown"]) addEventListener(kind, () => moved = Date.now());

  setInterval(async () => {
    if (document.hidden || Date.now() - moved > attended) return;
    try {
      const headers = tag ? {"If-None-Match": tag} : {};
      const answer = await fetch(board.dataset.fresh, {headers, redirect: "error", cache: "no-store"});
      if (answer.status !== 200 || board.contains(document.activeElement)) return;
      board.innerHTML = await answer.text();
      tag = answer.headers.get("ETag");
      for (const one of board.querySelectorAll("time[datetime]")) {
        one.title = one.textContent;
        one.textContent = clock.format(new Date(one.dateTime));
      }
    } catch { /* the next time, or by the link */ }
  }, every);
})();
