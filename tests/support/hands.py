"""How somebody acts on a page: by mouse, by finger, or by the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

MOST_TABS = 400
_REST = 150  # milliseconds after which a frame beside has moved with the page
# Where the focus is, seen from an element; a circle of the same group is as good as the element.
_WHERE = """
(one, grouped) => {
  const held = document.activeElement;
  if (held === one || (grouped && held.type === "radio" && held.name === one.name
      && held.form === one.form)) return "here";
  const follows = one.compareDocumentPosition(held) & Node.DOCUMENT_POSITION_FOLLOWING;
  return held !== document.body && follows ? "behind" : "before";
}
"""
# Whoever presses keys sees where they are: an outline, or what takes its place.
_IS_SEEN = """
one => {
  const look = getComputedStyle(document.activeElement);
  return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0)
    || look.boxShadow !== "none";
}
"""
_OPTIONS = "one => [one.selectedIndex, [...one.options].map(each => each.label)]"


class Mouse:
    """Points and presses."""

    def press(self, one: Locator) -> None:
        """Come to rest above it first: else a frame that was there before the scroll is pressed."""
        one.hover()
        one.click()

    def fill(self, one: Locator, text: str) -> None:
        one.fill(text)

    def choose(self, one: Locator, words: str) -> None:
        one.select_option(label=words)

    def tick(self, one: Locator) -> None:
        one.check()

    def give(self, one: Locator, path: Path) -> None:
        one.set_input_files(path)

    def colour(self, one: Locator, value: str) -> None:
        one.fill(value)


class Finger(Mouse):
    """Touches a phone."""

    def press(self, one: Locator) -> None:
        """Let the page come to rest first, as the mouse does."""
        one.scroll_into_view_if_needed()
        one.page.wait_for_timeout(_REST)
        one.tap()

    def tick(self, one: Locator) -> None:
        if not one.is_checked():
            one.tap()
        assert one.is_checked()


class Keyboard(Mouse):
    """Presses keys, and no more: what Tab does not reach cannot be used."""

    def press(self, one: Locator) -> None:
        self._reach(one)
        one.page.keyboard.press("Enter")

    def fill(self, one: Locator, text: str) -> None:
        self._reach(one)
        if one.get_attribute("type") in {"date", "datetime-local"}:
            self._type_time(one, text)
            return
        one.page.keyboard.press("Control+A")
        one.page.keyboard.type(text)
        assert one.input_value() == text

    def choose(self, one: Locator, words: str) -> None:
        self._reach(one)
        one.page.keyboard.type(words[:3])
        for _ in range(MOST_TABS):
            chosen, options = one.evaluate(_OPTIONS)
            away = options.index(words) - chosen
            if not away:
                return
            one.page.keyboard.press("ArrowDown" if away > 0 else "ArrowUp")
        raise AssertionError(f"The arrows do not lead to {words}.")

    def tick(self, one: Locator) -> None:
        if one.is_checked():
            return
        is_circle = one.get_attribute("type") == "radio"
        self._reach(one, grouped=is_circle)
        if is_circle:
            for _ in range(MOST_TABS):
                if one.evaluate("one => one === document.activeElement"):
                    break
                one.page.keyboard.press("ArrowDown")
        if not one.is_checked():
            one.page.keyboard.press("Space")
        assert one.is_checked()

    def give(self, one: Locator, path: Path) -> None:
        self._reach(one)
        with one.page.expect_file_chooser() as chooser:
            one.page.keyboard.press("Space")
        chooser.value.set_files(path)

    def colour(self, one: Locator, value: str) -> None:
        """Reach the field: the chooser that it opens is the browser's own, as is its keyboard."""
        del value
        self._reach(one)

    def _reach(self, one: Locator, *, grouped: bool = False) -> None:
        keys = one.page.keyboard
        for _ in range(MOST_TABS):
            where = one.evaluate(_WHERE, grouped)
            if where == "here":
                assert one.evaluate(_IS_SEEN), f"Nobody sees that it has the focus: {one}"
                return
            keys.press("Shift+Tab" if where == "behind" else "Tab")
        raise AssertionError(f"Tab does not lead to {one}.")

    def _type_time(self, one: Locator, text: str) -> None:
        """Type a first of January, at noon where there is a time: so in any order of its parts."""
        year, _, rest = text.partition("-")
        assert rest in {"01-01", "01-01T12:00"}
        one.page.keyboard.type(f"0101{year}")
        if "T" in rest:
            one.page.keyboard.press("ArrowRight")
            one.page.keyboard.type("1200p")
        assert one.input_value() == text
