/* Proves work to the server while a person fills in the form. Without it, or where it fails, the
   form is sent as it is. */
(() => {
  const form = document.querySelector("form[data-challenge]"), proof = form && form.elements.proof;
  if (!proof || !self.crypto || !crypto.subtle) return;
  const status = form.querySelector("[data-working]");
  let work, until = 0;

  "proof.js";

  function begin() {
    if (work && Date.now() < until) return work;
    until = Date.now() + 60000;
    return work = (async () => {
      const answer = await fetch(form.dataset.challenge, {credentials: "omit", cache: "no-store"});
      if (!answer.ok) return;
      const challenge = await answer.json();
      until = (challenge.parameters.expiresAt || Infinity) * 1000 - 30000;
      proof.value = await solve(challenge);
    })().catch(() => {});
  }

  form.addEventListener("input", begin);
  form.addEventListener("submit", async event => {
    if (proof.value && Date.now() < until) return;
    event.preventDefault();
    status.textContent = status.dataset.working;
    await Promise.race([begin(), new Promise(done => setTimeout(done, 20000))]);
    form.submit();
  });
})();
