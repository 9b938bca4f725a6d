// Keeps what the page says of the demo's time as it runs. Without it that is as it was when the page was made.
"use strict";
(() => { // pages that are live have names of the same words
  const { from } = document.querySelector("[data-from]").dataset;
  const pace = document.querySelector('[data-clock="pace"]');
  const EVERY = 1000; // milliseconds

  const look = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(from);
      if (!answer.ok) return;
      const clock = await answer.json();
      for (const text of document.querySelectorAll("[data-clock]")) text.textContent = clock[text.dataset.clock];
      pace.classList.toggle("waits", clock.waits);
    } catch {
      pace.textContent = "out of reach";
    }
  };

  setInterval(look, EVERY);
})();
