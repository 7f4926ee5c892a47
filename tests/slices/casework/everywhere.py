"""Where the anonymity walk goes: every route that takes a GET, with what stands in the scene in its places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from tests import make
from tests.slices.casework.anonymity import TITLE, TWIN_TITLE, Scene

from keguan.casework.models import Batch, Case, Notice
from keguan.casework.subscriptions.mail import token_of as subscription_token
from keguan.casework.subscriptions.models import Subscription
from keguan.doors.api.models import Token, Webhook
from keguan.doors.mail import stop_links
from keguan.insight import charts
from keguan.insight.awards.pictures import tables
from keguan.insight.similarity.models import Finding
from keguan.kernel import clock
from keguan.kernel.actors import SYSTEM
from keguan.panels.draws.models import Draw
from keguan.panels.matching.models import ProposedSeat
from keguan.panels.meetings.models import Item, Meeting
from keguan.registers.codes.models import CodeTree
from keguan.registers.experts.models import Expert
from keguan.registers.exports.models import Export
from keguan.registers.funds import services as funds
from keguan.registers.imports.models import ImportRun
from keguan.registers.organisations.models import Parent
from keguan.registers.parties import joining
from keguan.registers.parties.models import Duty, Invitation
from keguan.registers.trace.models import Event

FEES = "/registers/review-fees/"


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, bool]]:
    """Every route there is that may take a GET, as the urlconf writes it, and whether it takes a POST too."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        elif isinstance(entry, URLPattern):
            methods = getattr(entry.callback, "methods", ("GET",))
            if "GET" in methods:
                yield address, "POST" in methods


LEFT_OUT: Mapping[str, str] = {
    "tour": "only in a demo",
    "sign-in/provider/": "an identity provider sends people back there",
    "^sign-in/forgotten/": "a link in a mail, with a key that is used once",
    "me/email/<str:key>/": "the same",
}
"""Beginnings of routes where the walk does not go, each with the reason."""
OPEN_TO_NOBODY: Mapping[str, str] = {
    "cases/<slug:number>/form/": "leads on to the form that is asked for now",
    "cases/<slug:number>/form/<slug:form>/submit/": "stands while a complete draft waits in time; shows what the preview shows",
    "language/": "leads back",
    "look/": "leads back",
    "me/again/": "stands for who has to prove again who they are",
    "me/again/code/": "the same",
    "me/again/passkey/": "the same",
    "me/authenticator/off/": "stands for who has a second factor",
    "me/passkeys/<int:pk>/": "the same",
    "me/passkeys/<int:pk>/remove/": "the same",
    "me/recovery-codes/": "the same",
    "me/recovery-codes/file/": "the same",
    "meetings/<int:pk>/do/<slug:deed>/": "leads back to the meeting; its answers are those of a POST",
    "registers/experts/mine/": "leads to one's own entry",
    "sign-in/passkey/": "stands in the middle of signing in",
    "sign-in/second/": "the same",
}
"""Routes that take a GET and open to nobody on the walk, each with the reason."""
OPEN_AFTERWARDS = frozenset({
    "awards/<int:pk>/",
    "awards/charts/<slug:digest>.svg",
    "awards/data/360giving.json",
    "cases/<slug:number>/defence.ics",
    "draws/<str:name>.json",
    "meetings/<int:pk>/",
    "meetings/<int:pk>/cancel/",
    "meetings/<int:pk>/change/",
    "meetings/<int:pk>/items/<int:item>/",
    "meetings/<int:pk>/items/<int:item>/recusal/",
    "meetings/<int:pk>/meeting.ics",
    "meetings/<int:pk>/minutes.pdf",
    "meetings/<int:pk>/minutes/",
    "meetings/<int:pk>/minutes/sign/",
    "meetings/<int:pk>/schedule/",
    "meetings/<int:pk>/schedule/slots/",
    "notices/<int:pk>/",
    "rounds/<slug:code>/decide/<slug:step>/papers/<slug:number>/",
    "rounds/<slug:code>/decide/<slug:step>/resolution.json",
    "rounds/<slug:code>/decide/<slug:step>/resolution.pdf",
    "rounds/<slug:code>/decide/<slug:step>/resolution/",
    "rounds/<slug:code>/decide/<slug:step>/resolution/sign/",
})  # fmt: skip
"""Routes that open to nobody while the panels work, and do so once the committee has met."""
OF_ONESELF = ("me/", "sign-in/", "join/", "language/", "look/", "gallery/")
"""Beginnings of routes that no decision on a case changes: the second walk leaves them out, and the forms of registers."""


class Unplaced(Exception):  # noqa: N818 - the word for it
    """A route takes something for which the walk knows no value."""


class Everywhere:
    """The addresses of a scene, route by route."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.cases = list(
            Case.objects.filter(number__in=(scene.single, *scene.drawn, scene.draft)).select_related("round")
        )
        self.things = self._things()

    def by_route(self, *, afterwards: bool = False) -> dict[str, list[str]]:
        """For each route its addresses. Raises Unplaced where a route is not known here."""
        found: dict[str, list[str]] = {}
        for route, takes_post in routes():
            # A form of a register asks the same, whoever it is about.
            is_form = takes_post and route.startswith(("registers/", "members/"))
            if route.startswith(tuple(LEFT_OUT)) or (afterwards and (is_form or route.startswith(OF_ONESELF))):
                continue
            places = sorted({f"/{one}" for one in self._placed(route)})
            found[route] = places[:1] if is_form else places
        return found

    def _placed(self, route: str) -> list[str]:
        named = re.findall(r"<(?:\w+:)?(\w+)>", route)
        if not named:
            return [route.replace("\\Z", "").replace("^", "").replace("$", "")]
        key = next((one for one in sorted(self.things, key=len, reverse=True) if route.startswith(one)), None)
        if key is not None:
            return [self._put(route, *values) for values in self.things[key]]
        if set(named) <= {"number", "form", "verb"}:
            return [self._put(route, one.number, "proposal", "score") for one in self.cases]
        if named[0] == "code" and set(named) <= {"code", "step"}:
            step = "decide" if "/decide/" in route else "rank" if "/ranking/" in route else "review"
            return [self._put(route, one.code, step) for one in (self.scene.fund, self.scene.key_rd)]
        raise Unplaced(f"{route}: say in {__name__} what stands in its places")

    def _put(self, route: str, *values: object) -> str:
        """The route with these values in its places; further places belong to routes that only take a POST."""
        rest = iter(values)
        return re.sub(r"<(?:\w+:)?\w+>", lambda _: str(next(rest, 1)), route)

    def _things(self) -> dict[str, list[tuple[object, ...]]]:
        """What stands in the places of routes that begin so; the longest beginning counts."""
        scene, rounds = self.scene, (self.scene.fund, self.scene.key_rd)
        hosts = sorted({(one.host_id,) for one in self.cases})
        people = sorted({(one.principal_id,) for one in self.cases if one.principal_id} | {(pk,) for pk in self._two()})
        experts = [
            (Expert.objects.get(person=scene.people[who]).pk,) for who in ("single reviewer 0", "double reviewer 0")
        ]
        one = experts[0][0]
        away = scene.people["away host"].employer_id
        seats = ProposedSeat.objects.order_by("pk").values_list("pk", flat=True)[:1]
        draws = Draw.objects.select_related("round")
        first = scene.people["applicant"]
        expert = Expert.objects.get(pk=one)
        webhooks = [(pk,) for pk in Webhook.objects.order_by("pk").values_list("pk", flat=True)]
        meetings = [(pk,) for pk in Meeting.objects.values_list("pk", flat=True)] or [(0,)]
        return {
            "notices/<int:pk>": [(pk,) for pk in Notice.objects.values_list("pk", flat=True)] or [(0,)],
            "progress/<slug:code>/order/": [(scene.key_rd.code, scene.world.bureau.pk)],
            "progress/<slug:code>/checks/": [
                (case.round.code, case.host_id, case.number) for case in self.cases if case.round
            ],
            "me/deputies/<int:pk>": [(self._deputy(),)],
            "batches/<int:pk>": [(pk,) for pk in Batch.objects.values_list("pk", flat=True)],
            "cases/<slug:number>/notes/<int:pk>": [(scene.single, 1)],
            "documents/<int:pk>/": [(scene.file,)],
            "calls/<slug:code>/check/": [(of.code,) for of in rounds],
            "calls/<slug:code>/versions/": [(of.code, 1) for of in rounds],
            "rounds/<slug:code>/amend/": [(scene.changed["planner"],)],
            "rounds/<slug:code>/change/": [(scene.changed["planner"],)],
            "rounds/<slug:code>/change/send-back/": [(scene.changed["publisher"],)],
            "rounds/<slug:code>/edit/": [("DRAFT-planner",)],
            "rounds/<slug:code>/delete/": [("DRAFT-planner",)],
            "rounds/<slug:code>/send-back/": [("DRAFT-publisher",)],
            "rounds/<slug:code>/decide/<slug:step>/papers/": [
                (case.round.code, "decide", case.number) for case in self.cases if case.round
            ],
            "rounds/<slug:code>/panels/<slug:step>/seats/": [(scene.key_rd.code, "review", pk) for pk in seats],
            "rounds/<slug:code>/draws/<slug:step>/<int:number>/": [(of.round.code, of.step, of.number) for of in draws],
            "draws/<str:name>": [(of.name,) for of in draws],
            "meetings/<int:pk>/": [(pk, "vote") for (pk,) in meetings],
            "meetings/<int:pk>/items/": [(of.meeting_id, of.pk) for of in Item.objects.order_by("pk")] or [(0, 0)],
            "similarity/<int:pk>/": [(pk,) for pk in Finding.objects.values_list("pk", flat=True)],
            "search/alerts/": [(1,)],
            "awards/<int:pk>/": [(pk,) for pk in Notice.objects.values_list("pk", flat=True)] or [(0,)],
            "awards/charts/": [(self._chart(),)],
            "me/notices/stop/": [(stop_links.made(first.pk, ["waits"]),)],
            "me/passkeys/": [(1,)],
            "me/tokens/<int:pk>": [
                (pk,) for pk in Token.objects.filter(account__person=first).values_list("pk", flat=True)
            ],
            "me/webhooks/<int:pk>": webhooks,
            "api/v1/webhooks/<int:pk>": [(*pk, 1) for pk in webhooks],
            "api/v1/files/": [(scene.file,)],
            "api/v1/notices/": [(of.number,) for of in self.cases],
            "common-grants/opportunities/<uuidstr:opp_id>": [
                (uuid5(NAMESPACE_URL, f"urn:{settings.PUBLISHER.identifier}:call:{of.code}"),) for of in rounds
            ],
            "members/<int:pk>/": [(away, scene.people["away member"].pk)],
            "members/<int:pk>/invitations/": [(away, Invitation.objects.get().pk)],
            "members/<int:pk>/duties/": [(away, Duty.objects.get(person=scene.people["away host"], role="host").pk)],
            "join/": [(joining.token_of(Invitation.objects.get()),)],
            "registers/people/<int:pk>/": people,
            "registers/people/<int:pk>/apart/": [(first.pk, scene.people["member"].pk)],
            "registers/trace/<int:pk>/": [(pk,) for pk in self._events()],
            "registers/organisations/<int:pk>/": hosts,
            "registers/organisations/parents/": [(pk,) for pk in Parent.objects.values_list("pk", flat=True)],
            "registers/duties/<int:pk>": [(Duty.objects.filter(role="finance").first().pk,)],  # type: ignore[union-attr]
            "registers/codes/<int:pk>": [(CodeTree.objects.get(name="gbt13745").pk,)],
            "registers/experts/<int:pk>/": experts,
            "registers/experts/<int:pk>/<str:move>": [(one, "suspend")],
            "registers/experts/away/": [(make.absence(expert, since=clock.today().replace(year=2030)).pk,)],
            "registers/works/": [(make.work(expert, f"{clock.now():%Y年%m月}的成果").pk,)],
            "registers/merits/": [(make.merit(expert).pk,)],
            "registers/projects/<int:pk>": [(make.project().pk,)],
            "registers/documents/<int:pk>": [(scene.file,)],
            "registers/certificates/<int:pk>": [(make.certificate().pk,)],
            "registers/sanctions/<int:pk>": [(make.sanction().pk,)],
            "registers/payments/<int:pk>": [(self._paid(),)],
            "registers/payments/<int:pk>/paid/": [(make.payment().pk,)],
            "registers/ties/<int:pk>": [(make.tie(expert.person).pk,)],
            "registers/imports/templates/": [("people",)],
            "registers/imports/<int:pk>": [(ImportRun.objects.get().pk,)],
            "subscriptions/": [(subscription_token(Subscription.objects.get()),)],
            "exports/<int:pk>": [(pk,) for pk in Export.objects.values_list("pk", flat=True)],
            "views/<int:pk>": [(1,)],
        }

    def _two(self) -> list[int]:
        return [self.scene.people[who].pk for who in ("single reviewer 0", "double reviewer 0", "away member")]

    def _deputy(self) -> int:
        return Duty.objects.get(delegated_from__person=self.scene.people["host"]).pk

    def _paid(self) -> int:
        return funds.record_paid(make.payment(on=clock.today()), SYSTEM, on=clock.today(), voucher="JZ-0012").pk

    def _chart(self) -> str:
        """The address of a picture, drawn as the job does."""
        drawn = [chart for table in tables() for chart in table.charts]
        return charts.draw(drawn[0].source) if drawn else "0" * 64

    def _events(self) -> list[int]:
        """An event of each kind, of the double-blind case and of the other."""
        found = [
            pk
            for number in (self.scene.single, self.scene.double)
            for pk in Event.objects.filter(case_number=number, tag__startswith="case:")
            .order_by("tag", "-pk").distinct("tag").values_list("pk", flat=True)
        ]  # fmt: skip
        return found[:12]


def asked(scene: Scene) -> list[str]:
    """Lists searched, filtered, sorted and taken away."""
    numbers = (scene.single, *scene.drawn)
    return [
        *(f"/cases/?host={word}" for word in ("昆仑", "没有这个单位")),
        *(f"/cases/?q={word}" for word in ("慕容评审甲", TITLE, TWIN_TITLE)),
        *(
            f"/{place}?{what}"
            for place in ("cases/", "my-cases/")
            for what in ("format=xlsx", "sort=host", "sort=-number")
        ),
        f"/cases/{scene.double}/form/proposal/book.pdf?lang=en",
        *(f"/cases/{number}/?pool=1" for number in numbers),
        *("/registers/experts/?format=xlsx", "/registers/trace/?format=xlsx", "/registers/payments/?format=xlsx"),
        "/registers/organisations/?q=昆仑",
        *(
            f"/{place}?q={word}"
            for place in ("search/", "search/feed.atom", "api/v1/search")
            for word in (TITLE, TWIN_TITLE, "昆仑申报大学", "慕容评审甲")
        ),
        f"{FEES}?format=xlsx",
        f"{FEES}hand/",
        *(f"/registers/trace/?actor={pk}" for pk in list(scene.reviewers.values())[:9:4]),
    ]


POSTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/me/export/", {}),
    ("/common-grants/opportunities/search", {"search": "双盲试验"}),
)
"""What is read by a POST."""
