// Keeps the demo's time on the page as it runs. Without it the bar shows the time at which the page was made.
"use strict";

const now = document.querySelector("[data-now]");
const pace = document.querySelector("[data-pace]");
const EVERY = 1000; // milliseconds

const look = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(now.dataset.now);
    if (!answer.ok) return;
    const clock = await answer.json();
    now.textContent = clock.now;
    pace.textContent = clock.pace;
    pace.classList.toggle("waits", clock.waits);
  } catch {
    pace.textContent = "out of reach";
  }
};

setInterval(look, EVERY);
