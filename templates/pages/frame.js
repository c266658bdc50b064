/* On a site that shows the form in a frame: makes the frame as high as what is in it, and brings
   its beginning back into view when what was sent is answered there. */
(() => {
  const {origin} = new URL(document.currentScript.src);
  const ours = () => [...document.querySelectorAll("iframe")].filter(frame => frame.src.startsWith(`${origin}/embed/`));

  addEventListener("message", ({data, origin: from, source}) => {
    if (from !== origin || !data || data.undersigned !== "height" || !(data.height > 0)) return;
    for (const frame of ours().filter(one => one.contentWindow === source)) {
      const edges = getComputedStyle(frame).boxSizing === "border-box" ? frame.offsetHeight - frame.clientHeight : 0;
      frame.style.height = `${Math.min(data.height, 30000) + edges}px`;
      if (data.isResult && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
    }
  });

  /* A frame that was there first has told it already; one that is still to load says it then. */
  for (const frame of ours()) frame.contentWindow.postMessage({undersigned: "ask"}, "*");
})();
