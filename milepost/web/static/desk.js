// Keys of one letter on the desk, and the next task without a new page. Everything works without it.
"use strict";

const desk = document.querySelector(".desk"); // none where nothing is to be done
const help = document.querySelector("#keys");
const beside = matchMedia("(min-width: 60rem)");
const OFF = "milepost.desk.keys";
let shown = Promise.resolve();
let asked = 0;
let leaving = false;

const rows = () => [...document.querySelectorAll(".desk a.row")].filter((row) => !row.closest("details:not([open])"));
const current = () => {
  const all = rows();
  const focused = all.indexOf(document.activeElement); // one that was asked for and may still be on its way
  return focused < 0 ? all.findIndex((row) => row.getAttribute("aria-current")) : focused;
};
const areOn = () => localStorage.getItem(OFF) !== "off";

// Puts the task of a row beside the list; of several that are asked for, the last one stays.
const show = async (row) => {
  const number = ++asked;
  const answer = await fetch(row.href);
  if (!answer.ok || answer.url !== row.href) return location.assign(row.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pane = page.querySelector("#pane");
  if (number !== asked) return;
  if (!pane) return location.assign(row.href);
  document.querySelector("#pane").replaceWith(document.adoptNode(pane));
  desk.classList.add("chosen");
  document.dispatchEvent(new Event("pane"));
  for (const each of rows()) each.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  history.pushState(null, "", row.href);
};

const choose = (row) => {
  if (!row) return;
  if (!row.checkVisibility()) return location.assign(row.href); // the list isn't beside it
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  if (beside.matches) shown = show(row).catch(() => location.assign(row.href));
};

const open = (key, field) => {
  const fold = document.querySelector(`#pane details[data-key="${key}"]`);
  if (!fold) return;
  fold.open = true;
  fold.querySelector(field).focus();
};

const done = () => {
  const form = document.querySelector('#pane form[data-key="e"]');
  const result = form?.querySelector("button[name=result]");
  if (result) return result.focus();
  form?.requestSubmit();
};

const ACTS = {
  j: () => choose(rows()[current() + 1]),
  k: () => choose(rows()[current() - 1]),
  e: done,
  s: () => open("s", "button:enabled"),
  h: () => open("h", "input[name=person]"),
  u: () => document.querySelector(".undo form")?.requestSubmit(),
  "/": () => document.querySelector("#find").focus(),
  "?": () => help.showModal(),
};

// A digit presses a result once one of them has the focus, as `e` gives it.
const press = (digit) => {
  const results = document.activeElement?.closest(".results-of")?.querySelectorAll("button");
  results?.[digit - 1]?.click();
};

const isTyping = (place) => place.closest("input, textarea, select, [contenteditable]") !== null;

if (help) {
  document.addEventListener("keydown", async (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
    if (!areOn() || help.open || leaving || isTyping(event.target)) return;
    const act = ACTS[event.key] ?? (/^[1-9]$/.test(event.key) ? () => press(Number(event.key)) : null);
    if (!act) return;
    event.preventDefault();
    if (event.key !== "j" && event.key !== "k") await shown; // a key is about the task that is seen
    if (!leaving) act();
  });
  document.addEventListener("submit", (event) => (leaving = event.target.getAttribute("method") !== "dialog"));
  addEventListener("pageshow", () => (leaving = false));
  addEventListener("popstate", () => location.reload());
  desk?.addEventListener("click", (event) => {
    const row = event.target.closest("a.row");
    if (!row || !beside.matches || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(row);
  });
  const button = document.querySelector("#keys-button");
  button.hidden = false;
  button.addEventListener("click", () => help.showModal());
  const choice = help.querySelector("input");
  choice.checked = areOn();
  choice.addEventListener("change", () => localStorage.setItem(OFF, choice.checked ? "on" : "off"));
  rows()[current()]?.scrollIntoView({ block: "nearest" });
}
