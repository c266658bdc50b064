/* Proves work (ALTCHA v2, SHA-256). A hash is found off this thread, and each batch waits for its
   own: keys pressed go before. Part of sign.js and of widget.js. */
const bytes = hex => Uint8Array.from(hex.match(/../g) || [], pair => parseInt(pair, 16));
const hexOf = buffer => Array.from(new Uint8Array(buffer), one => one.toString(16).padStart(2, "0")).join("");

async function derive(head, at, counter, {cost, keyLength}) {
  let data = head.slice();
  new DataView(data.buffer).setUint32(at, counter);
  for (let round = 0; round < Math.max(1, cost); round++) data = await crypto.subtle.digest("SHA-256", data);
  return hexOf(data.slice(0, keyLength));
}

async function solve({parameters, signature}) {
  if (parameters.algorithm !== "SHA-256") return "";
  const start = Date.now(), fixed = bytes(parameters.salt + parameters.nonce), at = fixed.length, batch = 64;
  const head = new Uint8Array(at + 4), prefix = parameters.keyPrefix.toLowerCase();
  head.set(fixed);
  for (let first = 0; ; first += batch) {
    const keys = await Promise.all(Array.from({length: batch}, (_, step) => derive(head, at, first + step, parameters)));
    const step = keys.findIndex(key => key.startsWith(prefix));
    if (step >= 0) {
      const solution = {counter: first + step, derivedKey: keys[step], time: Date.now() - start};
      return btoa(JSON.stringify({challenge: {parameters, signature}, solution}));
    }
  }
}
