"""How a page is looked at: what is wider than the screen, what is cut, what the keyboard reaches."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Page

_COMMON = """
const seen = each => {
  const style = getComputedStyle(each), box = each.getBoundingClientRect();
  return box.width > 1 && box.height > 1 && style.visibility !== "hidden" && style.clipPath === "none"
    && each.checkVisibility() && !each.closest(".skip");
};
const scrolls = each => each.closest('[role="region"][tabindex="0"]');  // made to be moved, with the keyboard too
const abridged = each => getComputedStyle(each).textOverflow === "ellipsis"  // and said whole to whoever points at it
  && each.closest("[title]")?.title.includes(each.textContent.trim());
const said = each => `${each.tagName.toLowerCase()}.${each.className} ${each.textContent.trim().slice(0, 60)}`;
"""
_SIDEWAYS = """() => {%s
  const wide = document.documentElement.clientWidth;
  const out = [...document.body.querySelectorAll("*")].filter(seen).filter(each => {
    const box = each.getBoundingClientRect();
    return !scrolls(each.parentElement) && (box.right > wide + 1 || box.left < -1);
  }).map(said);
  return document.documentElement.scrollWidth > wide ? ["the page scrolls sideways", ...out] : out;
}"""
_CUT = """() => {%s
  const whole = each => !scrolls(each) && !abridged(each);
  return [...document.body.querySelectorAll("*")].filter(seen).filter(whole).filter(each => {
    const style = getComputedStyle(each);
    const typed = ["INPUT", "TEXTAREA", "SELECT", "IFRAME"].includes(each.tagName);
    return !typed && style.overflowX !== "visible" && each.scrollWidth > each.clientWidth + 1
      || !typed && style.overflowY === "hidden" && each.scrollHeight > each.clientHeight + 1;
  }).map(said);
}"""
_STOPS = """() => {%s
  const all = "a[href], button, summary, input:not([type=hidden]), select, textarea, iframe";
  const stops = [...document.body.querySelectorAll(all)].filter(seen);
  const groups = new Set();
  return stops.filter(each => {  // of radio buttons with one name the keyboard stops at one
    if (each.type !== "radio") return true;
    const group = each.name + [...document.forms].indexOf(each.form);
    return groups.has(group) ? false : groups.add(group);
  }).map((each, at) => (each.dataset.stop = `${at} ${said(each)}`));
}"""


async def sideways(page: Page) -> list[str]:
    """What reaches over the edges of the screen."""
    return await _asked(page, _SIDEWAYS)


async def cut_texts(page: Page) -> list[str]:
    """What hides some of its own text."""
    return await _asked(page, _CUT)


async def focus_stops(page: Page) -> tuple[list[str], list[str]]:
    """What the Tab key reaches, in its order, and all that can be used on the page, each by a number and its words."""
    there = await _asked(page, _STOPS)
    reached = []
    for _ in range(len(there) + 12):  # the link to the content, the window itself, and links of a mail in its frame
        await page.keyboard.press("Tab")
        stop = await page.evaluate("document.activeElement.dataset.stop")
        if stop is not None:
            reached.append(stop)
    return reached, there


async def _asked(page: Page, script: str) -> list[str]:
    found: list[Any] = await page.evaluate(script.replace("%s", _COMMON, 1))
    return [str(each) for each in found]
