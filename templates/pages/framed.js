/* In a frame on another site: tells the page around how high this one is, so that nothing scrolls
   inside. Only the sites that the coalition names can frame it. */
(() => {
  if (parent === self) return;
  let isResult = "result" in document.currentScript.dataset;

  function tell() {
    const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    parent.postMessage({undersigned: "height", height, isResult}, "*");
  }

  new ResizeObserver(() => {
    tell();
    isResult = false;
  }).observe(document.documentElement);
  addEventListener("message", event => {
    if (event.source === parent && event.data && event.data.undersigned === "ask") tell();
  });
})();
