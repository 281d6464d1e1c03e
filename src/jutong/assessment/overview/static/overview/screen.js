// The big screen turns its panels by itself and shows the time. Who asked for less motion turns them by hand.
(() => {
  "use strict";
  const TURN_SECONDS = 15;
  const button = document.querySelector("[data-wall-turn]");
  const clock = document.querySelector("[data-wall-clock]");
  let turning = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  let shown = 0;

  function show() {
    const panels = document.querySelectorAll("[data-wall-panel]");
    if (!panels.length) return;
    shown %= panels.length;
    panels.forEach((panel, place) => { panel.hidden = place !== shown; });
  }
  function mark() {
    button.setAttribute("aria-pressed", String(turning));
  }
  function next() {
    shown += 1;
    show();
  }
  button.addEventListener("click", () => {
    turning = !turning;
    mark();
    if (!turning) next();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") next();
  });
  // The figures come anew; the same panel stays in front. Pictures are drawn once their panel can be seen.
  document.addEventListener("htmx:afterSwap", show);
  setInterval(() => { if (turning) next(); }, TURN_SECONDS * 1000);
  setInterval(() => {
    // The time where the Rules apply (UTC+8), whatever this machine believes; written as everywhere else.
    clock.textContent = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 19).replace("T", " ");
  }, 1000);
  mark();
  show();
})();
