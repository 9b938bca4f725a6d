// Unfolds everything on paper, for browsers that don't do so by the style sheet yet.
"use strict";
(() => {
  let opened = [];
  addEventListener("beforeprint", () => {
    const folded = [...document.querySelectorAll("details:not([open])")];
    for (const each of folded) each.open = true;
    opened.push(...folded);
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
    opened = [];
  });
})();
