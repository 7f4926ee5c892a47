"""Separation of duties: who plans, who runs and who supervises differ, and nobody judges what they brought in."""

from __future__ import annotations

from collections.abc import Iterator

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, said_step
from keguan.language.schema import Agree, Apply, Check, Decide, Deliver, Endorse, Pay, Publish, Rank, Review, Screen
from keguan.language.vocabulary import BODIES, ROLES

_ABOVE = frozenset({"applying", "recommending"})


def check_duties(ground: Ground) -> Iterator[Problem]:
    """All questions about who does what."""
    yield from _three_bodies(ground)
    yield from _applicants(ground)
    yield from _endorsers(ground)
    yield from _deciders(ground)
    yield from _runners(ground)
    yield from _parties(ground)


def _said_role(role: str) -> Text:
    return ROLES.get(role, Text(role, role))


def _three_bodies(ground: Ground) -> Iterator[Problem]:
    duties = ground.programme.duties
    expected = {"planning": duties.plan, "running": duties.run, "supervising": duties.supervise}
    for body, role in expected.items():
        if BODIES[role] != body:
            say = Text(
                "{role}不能承担这项职责：规划、管理、监督应由三方分别承担",
                "{role} cannot have this duty: planning, running and supervising belong to three different bodies",
            ).filled(role=_said_role(role))
            yield found("duties", say, ground.programme.place, value=f"{body}: {role}")


def _applicants(ground: Ground) -> Iterator[Problem]:
    for step in ground.programme.steps:
        if isinstance(step, Apply | Deliver) and BODIES[step.by] not in _ABOVE:
            if ground.programme.rounds == "side":
                continue
            say = Text("申报和交付只能由申报方办理", "Only the applying side applies and delivers")
            yield found("who_applies", say, step.place, value=step.by)


def _endorsers(ground: Ground) -> Iterator[Problem]:
    deciders = {BODIES[step.by] for step in ground.programme.steps if isinstance(step, Decide)}
    seen: set[str] = set()
    for step in ground.programme.steps:
        if not isinstance(step, Endorse):
            continue
        if BODIES[step.by] in deciders:
            say = Text("推荐的一方（{role}）不能又作决定", "Who endorses ({role}) does not decide")
            yield found("endorser_decides", say.filled(role=_said_role(step.by)), step.place, value=step.by)
        if step.by not in ("host", "authority"):
            say = Text("只有申报单位或推荐单位可以推荐", "Only the host or a recommending authority endorses")
            yield found("who_endorses", say, step.place, value=step.by)
        if step.by in seen:
            say = Text("{role}推荐两次", "{role} endorses twice").filled(role=_said_role(step.by))
            yield found("endorsed_twice", say, step.place, value=step.by)
        seen.add(step.by)
        yield from _quota(step)


def _quota(step: Endorse) -> Iterator[Problem]:
    if step.quota is not None and step.by != "authority":
        say = Text("限额针对推荐单位（authority）", "A quota is per recommending authority (by: authority)")
        yield found("quota_for_whom", say, step.quota.place, value=step.by)
    if step.ranked and step.by != "authority":
        say = Text("排序由推荐单位（authority）给出", "Ranks are given by a recommending authority (by: authority)")
        yield found("ranked_by_whom", say, step.place, value=step.by)
    if step.quota is not None and not step.ranked:
        say = Text("有限额的推荐应当排序（ranked: true）", "A recommendation with a quota is ranked (ranked: true)")
        yield found("quota_unranked", say, step.place)


def _deciders(ground: Ground) -> Iterator[Problem]:
    side = ground.programme.rounds == "side"
    for step in ground.programme.steps:
        if not isinstance(step, Decide):
            continue
        allowed = {"planning"} | ({"running", "supervising"} if side else set())
        if BODIES[step.by] not in allowed:
            say = Text(
                "{role}不能作决定：申报、推荐、评审和办理的一方都不作决定",
                "{role} cannot decide: who applies, recommends, reviews or runs the programme does not decide",
            ).filled(role=_said_role(step.by))
            yield found("who_decides", say, step.place, value=step.by)
        if ground.programme.programme == "object" and BODIES[step.by] != "supervising":
            say = Text("异议应由监督方决定", "Objections are decided by the supervising body")
            yield found("who_decides_objections", say, step.place, value=step.by)


def _runners(ground: Ground) -> Iterator[Problem]:
    for step in ground.programme.steps:
        role = step.by if isinstance(step, Screen | Rank | Publish | Pay | Check) else ""
        if isinstance(step, Review):
            role = step.assigned_by
            if BODIES[step.by] != "reviewing":
                say = Text("评审只能由评审专家进行", "Only reviewers review")
                yield found("who_reviews", say, step.place, value=step.by)
        if role and BODIES[role] != "running":
            say = Text("环节{step}应由承办方办理，不是{role}", "Step {step} belongs to the running body, not to {role}")
            yield found("who_runs", say.filled(step=said_step(step), role=_said_role(role)), step.place, value=role)
        if isinstance(step, Pay) and step.by != "finance":
            say = Text("拨付由财务办理", "Payment is planned by finance")
            yield found("who_pays", say, step.place, value=step.by)
        if not isinstance(step, Pay) and role == "finance":
            say = Text("财务只办理拨付", "Finance only pays")
            yield found("who_runs", say, step.place, value=role)


def _parties(ground: Ground) -> Iterator[Problem]:
    for step in ground.programme.steps:
        if not isinstance(step, Agree):
            continue
        bodies = {BODIES[party] for party in step.parties}
        if "applying" not in bodies or not bodies & {"running", "planning"}:
            say = Text(
                "任务书的签约方应包括申报方和承办方", "An agreement is signed by the applying and the running side"
            )
            yield found("parties", say, step.place, value=", ".join(step.parties))
        if len(set(step.parties)) != len(step.parties):
            say = Text("签约方重复", "A party is named twice")
            yield found("parties", say, step.place, value=", ".join(step.parties))
        if "applicant" not in step.parties:
            say = Text("任务书由申报人填写，申报人应签字", "The applicant fills in the agreement and must sign it")
            yield found("parties", say, step.place, value=", ".join(step.parties))
