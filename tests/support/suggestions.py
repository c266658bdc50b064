"""A text that is open for comments, and what people suggest for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support import once
from tests.support.consultations import BODY, Consulting, a_consulting

if TYPE_CHECKING:
    from tests.conftest import World
    from tests.support.client import Answer, Client

DOORS = str(BODY[1]["paragraph"])
WINDOWS = str(BODY[2]["paragraph"])
TODAY = "We ask that the doors be opened today."
ALL = "We ask that all doors be opened."
TEXT: dict[str, Any] = {
    "body": [
        *BODY,
        {"quote": {"lead": "They wrote:", "text": "We care.[^1]", "source": "A declaration"}},
        {"list": {"items": ["Bread", "Salt"]}},
        {"demands": {}},
    ],
    "demand_lists": [{"country": "KZ", "demands": [{"id": "kz-1", "text": "Repeal the law."}]}],
    "footnotes": {"1": "So they said."},
}
MARKS = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}


class Suggesting(Consulting):
    """The same, with what is suggested in it."""

    def target(self, place: int = 1) -> str:
        return f"block/{self.block(place)}"

    def suggest(self, person: str, *lines: str, place: int = 1, **facts: Any) -> Answer:
        """Suggest lines for a block by its place, or whatever the facts say."""
        about = {} if {"target", "block"} & facts.keys() else {"target": self.target(place)}
        said = {"kind": "words", "lines": [*lines], "revision_sha256": self.sha256}
        body = {**said, **about, **facts}
        return self.world.stranger().post(f"{self.door(person)}/suggestions", body)

    def suggested(self, person: str, *lines: str, place: int = 1, **facts: Any) -> str:
        """Suggest something, and return its id."""
        answer = self.suggest(person, *lines, place=place, **facts)
        assert answer.status == 201, answer.body
        return str([each for each in answer["suggestions"] if each["author"]["is_me"]][-1]["id"])

    def entered(self, *lines: str, place: int = 1, **facts: Any) -> Answer:
        """Suggest something as the coordinator."""
        said = {"kind": "words", "lines": [*lines], "revision_sha256": self.sha256}
        body = {**said, "target": self.target(place), **facts}
        return self.owner.post(f"{self.path}/suggestions", body)

    def listed(self, client: Client | None = None, **query: Any) -> list[Any]:
        answer = (client or self.owner).get(f"{self.path}/suggestions", **query)
        assert answer.status == 200, answer.body
        items: list[Any] = answer["items"]
        return items

    def read_by(self, person: str) -> list[Any]:
        """Return the lines of what a person reads."""
        return [each["lines"] for each in self.seen(person)["suggestions"]]

    def shown(self, suggestion: str, client: Client | None = None) -> Answer:
        return (client or self.owner).get(f"/v1/suggestions/{suggestion}")

    def accept(self, suggestion: str, *lines: str, by: Client | None = None) -> Answer:
        body = {"lines": [*lines]} if lines else {}
        return (by or self.owner).post(f"/v1/suggestions/{suggestion}/acceptance", body)

    def decline(self, suggestion: str, reason: str = "Not now.") -> Answer:
        return self.owner.post(f"/v1/suggestions/{suggestion}/decline", {"reason": reason})

    def merge(self, *ids: str, preview: bool = False, by: Client | None = None) -> Answer:
        path = f"{self.path}/suggestion-merges{'?preview=true' if preview else ''}"
        return (by or self.owner).post(path, {"suggestion_ids": [*ids]} if ids else {})

    @property
    def draft(self) -> Answer:
        return self.owner.get(f"{self.here}/draft")

    def lines(self) -> list[Any]:
        """Return what the draft's blocks say."""
        return [next(v for k, v in each.items() if k != "id") for each in self.body()]

    def rewrite(self, line: str, place: int = 1, by: Client | None = None) -> Answer:
        """Write another line into a paragraph of the draft."""
        client, body = by or self.owner, self.body()
        body[place] = {**body[place], "paragraph": line}
        document = {**client.get(f"{self.here}/draft")["document"], "body": body}
        answer = client.put(f"{self.here}/draft", {"document": document})
        assert answer.status == 200, answer.body
        return answer


@once.built
def a_suggesting(world: World, owner: Client, **document: Any) -> Suggesting:
    """Return a frozen statement for which those who are asked can suggest words."""
    return Suggesting(**vars(a_consulting(world, owner, **document)))


def read(line: list[dict[str, Any]]) -> str:
    """Return the pieces of a line as one text."""
    return "".join(MARKS[each["op"]].format(each["words"]) for each in line)
