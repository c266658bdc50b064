/* A board is asked for again every half minute, while somebody is here: an unattended one is let be,
   so that its session ends as it would without a script. */
(() => {
  const board = document.querySelector("[data-fresh]");
  if (!board) return;
  const every = 3e4, attended = 9e5;
  const tongue = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const days = new Intl.DateTimeFormat(tongue, {dateStyle: "long"});
  const hours = new Intl.DateTimeFormat(tongue, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});
  const clock = at => `${days.format(at)}, ${hours.format(at)}`;
  const [at, stopped] = ["at", "stopped"].map(name => document.querySelector(`[data-fresh-${name}]`));
  let moved = Date.now(), tag = "";
  const told = time => {
    time.title = time.textContent;
    time.textContent = clock(new Date(time.dateTime));
  };
  for (const kind of ["pointerdown", "pointermove", "keydown"]) addEventListener(kind, () => moved = Date.now());

  setInterval(async () => {
    if (document.hidden || Date.now() - moved > attended) return;
    try {
      const headers = tag ? {"If-None-Match": tag} : {};
      const answer = await fetch(board.dataset.fresh, {headers, redirect: "error", cache: "no-store"});
      if (board.contains(document.activeElement)) return;
      stopped.hidden = answer.ok || answer.status === 304;
      if (!stopped.hidden) return;
      at.textContent = clock(new Date());
      if (!answer.ok) return;
      board.innerHTML = await answer.text();
      tag = answer.headers.get("ETag");
      board.querySelectorAll("time[datetime]").forEach(told);
    } catch { stopped.hidden = false; /* tried again the next time, or by the link */ }
  }, every);
})();
