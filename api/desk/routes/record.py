"""/desk/…/settings/record: what was done, by whom and when; and the head to keep."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from api.accounts import service as accounts
from api.accounts.rules import Role
from api.accounts.service import record
from api.accounts.service.record import EntryView
from api.desk.routes.base import Screen, at, page_request, said, screen, to, when
from api.desk.routes.shared import columns_of
from api.desk.routes.visiting import actor
from api.desk.rules import record as rules
from api.desk.rules.settings import RecordScreen
from api.desk.rules.tables import Cell, Filter, Listing, ListRow
from api.errors import NotFound
from api.infra.database import paging
from api.infra.security import audit


@at("/<uuid:coalition_id>/settings/record", "record")
class ListRecord(Screen):
    least = Role.OWNER

    def get(self, coalition_id: UUID) -> Response:
        """List what was done, the latest first."""
        words, who = said(), actor()
        people = {
            each.person.id: each.person.name
            for each in paging.every(lambda page: accounts.roles_of(who, coalition_id, page))
        }
        query = {name: request.args.get(name, "") for name in ("action", "by", "of", "cursor")}
        found = record.entries(
            who,
            coalition_id,
            page_request(),
            action=query["action"] or None,
            object_id=_id(query["of"]),
            user_id=_id(query["by"]),
        )
        by = Filter(
            name="by",
            words=words.say("record.by"),
            choices=[(str(each), name) for each, name in people.items()],
        )
        of = Filter(
            name="action",
            words=words.say("record.what"),
            choices=sorted(
                [(each, rules.told(each, words)) for each in rules.actions()],
                key=lambda each: each[1],
            ),
        )
        table = Listing(
            caption=words.say("record.title"),
            columns=columns_of("record", "what", "by", "when"),
            rows=[_entry(each, people) for each in found.items],
            path=to("record"),
            query=query,
            filters=[of, by],
            following=found.following,
        )
        head, backed_up = str(audit.head()), record.backed_up_at()
        return screen(
            "record.html", RecordScreen(entries=table, head=head, backed_up=when(backed_up))
        )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is nobody of this id.") from None


def _entry(view: EntryView, people: dict[UUID, str]) -> ListRow:
    words, entry = said(), view.entry
    what = rules.told(entry.action, words)
    who = words.say("record.nobody")
    if entry.user_id is not None:
        who = people.get(entry.user_id, words.say("record.somebody"))
    number = f"{entry.number} · " if entry.number else ""
    same = f"{to('record')}?of={entry.object_id}" if entry.object_id else ""
    return ListRow(
        cells=[
            Cell(text=what, href=same, small=f"{number}{entry.action}"),
            Cell(text=who),
            Cell(html=when(entry.at)),
        ]
    )
