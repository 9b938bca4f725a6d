// Copies a link that may be forwarded: on a phone it is hard to mark. Without it the link can be marked and copied by hand.
"use strict";

for (const button of document.querySelectorAll("button[data-copied]")) {
  if (!navigator.clipboard) break; // only where the page came by https, or on the machine itself
  const link = button.closest("li").querySelector("input[readonly]");
  const status = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.value);
      status.textContent = button.dataset.copied;
    } catch {
      link.select(); // it isn't allowed to: one more tap copies it
    }
  });
}
