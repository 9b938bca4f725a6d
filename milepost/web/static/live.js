// Brings what changed on a page anew without a new page: nothing folds up, scrolls away, or loses its focus or a typed word.
"use strict";

const main = document.querySelector("main[data-live]");
const every = Number(main.dataset.live) * 1000; // milliseconds
const FIELDS = "input:not([type=hidden], [readonly]), select, textarea";
const FOCUSABLE = "a, button, summary, [tabindex]";

const isChanged = (field) => {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const options = [...field.options];
  return options[field.selectedIndex] !== (options.findLast((option) => option.defaultSelected) ?? options[0]);
};

let isPressed = false; // a click on what goes away under the finger is lost
addEventListener("pointerdown", () => (isPressed = true));
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (isPressed = false));

// Somebody fills something in here, or marks words to copy them: it stays until that is over.
const isInUse = (part) =>
  isPressed || (!getSelection().isCollapsed && getSelection().containsNode(part, true)) ||
  [...part.querySelectorAll(FIELDS)].some((field) => field === document.activeElement || isChanged(field));

// Puts a part in the place of an old one, with what the reader did to it: unfolded, scrolled, the focus.
const replace = (old, fresh) => {
  const all = (part, selector) => [...(part.matches(selector) ? [part] : []), ...part.querySelectorAll(selector)];
  const pairs = (selector) => {
    const before = all(old, selector);
    return all(fresh, selector).map((each, at) => [each, before[at]]).filter(([, was]) => was);
  };
  for (const [each, was] of pairs("details")) each.open = was.open;
  const scrolled = pairs("[tabindex]").map(([each, was]) => [each, was.scrollLeft, was.scrollTop]);
  const focused = pairs(FOCUSABLE).find(([, was]) => was === document.activeElement)?.[0];
  old.replaceWith(fresh);
  for (const [each, left, top] of scrolled) each.scrollTo(left, top);
  focused?.focus({ preventScroll: true });
};

const take = (fresh) => {
  const old = [...main.children];
  const parts = [...fresh.children].map((part) => document.adoptNode(part));
  if (parts.length === old.length) {
    parts.forEach((part, at) => part.isEqualNode(old[at]) || isInUse(old[at]) || replace(old[at], part));
  } else if (!isInUse(main)) main.replaceChildren(...parts);
};

const look = async () => {
  try {
    const answer = document.hidden ? null : await fetch(location.href);
    if (answer?.redirected) return location.assign(answer.url);
    if (answer?.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      if (!fresh.hasAttribute("data-live") && !isInUse(main)) return location.replace(location.pathname + location.search);
      take(fresh);
    }
  } catch {
    // Out of reach: what is shown says of when it is, and the next look may come through.
  }
  setTimeout(look, every);
};

setTimeout(look, every);
