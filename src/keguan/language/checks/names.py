"""Expressions and pointers read only what is already there when they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, said_step
from keguan.language.schema import NOWHERE, Place, Publish, Step
from keguan.language.uses import Use, form_of
from keguan.language.vocabulary import CONSTANTS, FACTS
from keguan.language.wording import SHOWN, title_of


def check_names(ground: Ground) -> Iterator[Problem]:
    """All questions about what is read where. Unknown names and types are the loader's questions."""
    for use in ground.uses:
        names = sorted(ground.definition.names_of(use.expression))
        for step_id in use.steps:
            step = ground.programme.step(step_id)
            yield from _unread(ground, use, step, names)
    yield from _circles(ground)
    yield from _about(ground)
    yield from _shows(ground)


def _unread(ground: Ground, use: Use, step: Step, names: Sequence[str]) -> Iterator[Problem]:
    for name in names:
        if not is_there(ground, name, step, own_form=use.own_form):
            yield _too_early(use.expression.place, name, step, use.name)


def _too_early(place: Place, name: str, step: Step, reader: str) -> Problem:
    say = Text(
        "“{reader}”在环节{step}读取“{name}”，但到那时还没有（或不一定有）它",
        "“{reader}” reads “{name}” at step {step}, where it is not there yet (or not on every way)",
    ).filled(reader=reader, name=name, step=said_step(step))
    fix = Text("只读取此前必经环节的内容", "Read only what steps before it always leave")
    return found("forward_reference", say, place, value=name, fix=fix)


def is_there(ground: Ground, name: str, step: Step, *, own_form: bool) -> bool:
    """Whether a name has been given its value when `step` is at work, on every way to it."""
    if name in FACTS or name in CONSTANTS or name.startswith("param."):
        return True
    head = name.split(".")[0]
    if head in {form.form for form in ground.programme.forms}:
        if own_form and form_of(step) == head:
            return True
        return ground.paths.always_before(ground.paths.fills(head), step.id)
    return ground.paths.always_before([head], step.id)


def _circles(ground: Ground) -> Iterator[Problem]:
    """A computed or conditional field that depends on itself."""
    reads: dict[str, set[str]] = {}
    places: dict[str, Place] = {}
    for use in ground.uses:
        if use.form:
            table_of = {".".join(name.split(".")[:2]) for name in ground.definition.names_of(use.expression)}
            reads.setdefault(use.owner, set()).update(table_of)
            places[use.owner] = use.expression.place
    for owner in reads:
        seen: set[str] = set()
        waiting = list(reads[owner])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(reads.get(name, ()))
        if owner in seen:
            say = Text("“{owner}”最终取决于它自己", "“{owner}” depends on itself in the end").filled(owner=owner)
            yield found("circle", say, places[owner], value=owner)


def _about(ground: Ground) -> Iterator[Problem]:
    about = ground.programme.about
    wanted = {
        "title": (about.title, {"text", "long_text"}, Text("文字字段", "a text field")),
        "principal": (about.principal, {"person"}, Text("人员字段", "a person field")),
        "members": (about.members, {"person"}, Text("人员字段或人员列", "a person field or column")),
        "asked": (about.asked, {"money"}, Text("金额字段", "a money field")),
    }
    yield from _about_needed(ground)
    first = ground.programme.steps[0] if ground.programme.steps else None
    for key, (name, types, said) in wanted.items():
        if not name:
            if key == "title":
                say = Text("about.title 必须写明", "about.title must be given")
                yield found("about", say, ground.programme.place)
            continue
        if ground.answer_type(name) not in types:
            say = Text("about.{key} 应为{said}", "about.{key} must be {said}").filled(key=key, said=said)
            yield found("about", say, ground.programme.place, value=name)
        elif first is None or form_of(first) != name.split(".")[0]:
            say = Text("about.{key} 应取自第一个环节的表单", "about.{key} must come from the form of the first step")
            yield found("about", say.filled(key=key), ground.programme.place, value=name)


def _about_needed(ground: Ground) -> Iterator[Problem]:
    """Facts about a person need to know who it is; a grant needs to know what was asked for."""
    about = ground.programme.about
    read = frozenset().union(*(ground.definition.names_of(use.expression) for use in ground.uses))
    gives = any(getattr(step, "amount", None) is not None for step in ground.of_kind("rank", "decide", "pay"))
    needed = {
        "principal": (about.principal, any(name.startswith("person.") for name in read)),
        "members": (about.members, any(name.startswith("members.") for name in read)),
        "asked": (about.asked, gives and ground.first_form_has("money")),
    }
    for key, (given, owed) in needed.items():
        if owed and not given:
            say = Text("规则或金额用到它，about.{key} 必须写明", "Rules or amounts need it: about.{key} must be given")
            yield found("about", say.filled(key=key), ground.programme.place, value=key)


def _shown_in_vain(ground: Ground, step: Publish) -> Iterator[Problem]:
    """A notice that nobody could object to: it must say what it is about, whose it is, and what they would get."""
    decided = [one.id for one in ground.of_kind("decide") if getattr(one, "amount", None) is not None]
    before = [f"{one}.amount" for one in decided if ground.paths.always_before([one], step.id)]
    for name in (ground.programme.about.title, "applicant.name", *before):
        if name and name not in step.shows:
            say = Text("公示应写明“{title}”（{name}）", "The notice must show “{title}” ({name})")
            said = say.filled(title=title_of(ground.programme, name), name=name)
            yield found("shows", said, step.place, value=name)
    for name in sorted({one for one in step.shows if step.shows.count(one) > 1}):
        yield found("shows", Text("公示内容重复", "The notice shows a name twice"), step.place, value=name)


def _shows(ground: Ground) -> Iterator[Problem]:
    for step in ground.programme.steps:
        if not isinstance(step, Publish):
            continue
        if not step.shows:
            yield found("shows", Text("公示没有任何内容", "The notice shows nothing"), step.place)
        yield from _shown_in_vain(ground, step)
        for name in step.shows:
            if name in SHOWN:
                continue
            field = ground.field_of(name)
            if field is None and name not in FACTS and not ground.is_left(name):
                say = Text("公示内容“{name}”不存在", "The notice shows “{name}”, which does not exist").filled(
                    name=name
                )
                yield found("shows", say, step.place, value=name)
            elif field is not None and field.personal:
                say = Text("个人信息“{name}”不得公示", "“{name}” is personal and must not be shown in a notice")
                source = "个人信息保护法 第五条、第六条"
                yield found("shows_personal", say.filled(name=name), step.place, value=name, source=source)
            elif not is_there(ground, name, step, own_form=False):
                yield _too_early(step.place or NOWHERE, name, step, "shows")
