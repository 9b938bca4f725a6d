// Keeps what is typed in the forms of a plan, as the button "Save for later" does. Everything works without it.
"use strict";

for (const form of document.querySelectorAll("form[data-draft]")) {
  const status = form.querySelector("[data-saved]");
  let waiting = 0;
  let changed = false;

  const save = async () => {
    clearTimeout(waiting);
    if (!changed) return;
    changed = false;
    try {
      const sent = { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Typing": "1" }, keepalive: true };
      const answer = await fetch(form.dataset.draft, sent);
      status.textContent = answer.ok ? status.dataset.saved : "";
    } catch {
      changed = true; // the next key tries again; the button says what is wrong
    }
  };

  form.addEventListener("input", () => {
    changed = true;
    status.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(save, 1500);
  });
  form.addEventListener("submit", () => {
    changed = false;
    clearTimeout(waiting);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}
