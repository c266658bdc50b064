/* Passkeys, where a browser has them: signing in by one, and making one. Without it a letter does. */
(() => {
  const {credentials} = navigator;
  if (!self.PublicKeyCredential || !PublicKeyCredential.parseRequestOptionsFromJSON || !credentials) return;

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async event => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const status = form.querySelector("[role=status]");
      status.textContent = "";
      try {
        const {PublicKeyCredential: kind} = self, {offer, challenge} = form.dataset;
        let made;
        if (offer) made = await credentials.create({publicKey: kind.parseCreationOptionsFromJSON(JSON.parse(offer))});
        else {
          const asked = await fetch(challenge, {method: "POST", body: new URLSearchParams({csrf: form.elements.csrf.value})});
          if (!asked.ok) throw asked.status;
          made = await credentials.get({publicKey: kind.parseRequestOptionsFromJSON(await asked.json())});
        }
        form.elements.answer.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch {
        status.textContent = status.dataset.failed;
      }
    }, true);
  }
})();
