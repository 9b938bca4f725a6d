// Keeps what is typed about a task of the desk in this tab until it was sent: whatever is looked at meanwhile, and
// whoever has to sign in anew. Everything works without it.
"use strict";

const BEGIN = "milepost.typed";
const SENT = "milepost.sent";
const FIELDS = "textarea[name], input:is([name=evidence], [name=reason], [name=title])";

// A field's key: whose it is, the task, the form, the field. None outside a task.
const keyOf = (field) => {
  const task = field.closest("#pane article")?.id;
  const whose = document.querySelector(".me")?.title ?? "";
  return task && [BEGIN, whose, task, field.form.getAttribute("action"), field.name].join(" ");
};

const restore = () => {
  for (const field of document.querySelectorAll(`#pane :is(${FIELDS})`)) {
    const typed = sessionStorage.getItem(keyOf(field));
    if (!typed) continue;
    field.value = typed;
    const fold = field.closest("details");
    if (fold) fold.open = true;
  }
};

document.addEventListener("input", ({ target }) => {
  const key = target.matches(FIELDS) && keyOf(target);
  if (!key) return;
  if (target.value) sessionStorage.setItem(key, target.value);
  else sessionStorage.removeItem(key);
});

document.addEventListener("submit", ({ target }) => {
  const keys = [...target.querySelectorAll(FIELDS)].map(keyOf);
  sessionStorage.setItem(SENT, JSON.stringify(keys.filter(Boolean)));
});

// What was sent is kept where no page says that it was taken: then it is still to be sent.
if (new URLSearchParams(location.search).has("told"))
  for (const key of JSON.parse(sessionStorage.getItem(SENT) ?? "[]")) sessionStorage.removeItem(key);
sessionStorage.removeItem(SENT);

document.addEventListener("pane", restore);
restore();
