"""Every outcome leads somewhere, everything can be reached, and from everywhere there is a way to an end."""

from __future__ import annotations

from collections.abc import Iterator

from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem
from keguan.language.checks.ground import Ground, found, said_step, twice
from keguan.language.paths import BACK, SKIPPED, possible_outcomes
from keguan.language.schema import Apply, Step, kind_of
from keguan.language.uses import form_of
from keguan.language.vocabulary import KINDS

BUILT_IN_ENDS = frozenset({"withdrawn"})
"""Ends that every programme has without declaring them."""


def check_flow(ground: Ground) -> Iterator[Problem]:
    """All questions about the way through a procedure."""
    if not ground.programme.steps:
        yield found("no_steps", Text("程序没有任何环节", "The programme has no steps"), ground.programme.place)
        return
    yield from _ids(ground)
    yield from _first(ground)
    yield from _routes(ground)
    yield from _reach(ground)
    yield from _ends(ground)
    yield from _backwards(ground)
    yield from _waiting(ground)


def _ids(ground: Ground) -> Iterator[Problem]:
    steps, ends = [step.id for step in ground.programme.steps], [end.end for end in ground.programme.ends]
    for name in twice([*steps, *ends, *BUILT_IN_ENDS]):
        say = Text("环节或结果名“{name}”重复", "The step or end “{name}” is named twice").filled(name=name)
        fix = Text("为其中一个另取 id", "Give one of them another id")
        place = next((step.place for step in ground.programme.steps if step.id == name), ground.programme.place)
        yield found("named_twice", say, place, value=name, fix=fix)


def _first(ground: Ground) -> Iterator[Problem]:
    first = ground.programme.steps[0]
    if not isinstance(first, Apply):
        say = Text("第一个环节应为申报（apply）", "The first step must be an application (apply)")
        yield found("first_step", say, first.place, value=kind_of(first))
    elif first.when is not None:
        say = Text("第一个环节不能有条件", "The first step cannot be conditional")
        yield found("first_step", say, first.when.place, value=first.when.text)


def _routes(ground: Ground) -> Iterator[Problem]:
    known: set[str] = {step.id for step in ground.programme.steps} | ground.paths.ends
    for step in ground.programme.steps:
        possible = possible_outcomes(ground.programme, step)
        yield from _odd_routes(ground, step, possible, known)
        for edge in ground.paths.edges:
            if edge.step != step.id or edge.to or edge.outcome == SKIPPED:
                continue
            say = Text(
                "环节{step}的结果“{outcome}”没有去向", "The outcome “{outcome}” of step {step} leads nowhere"
            ).filled(step=said_step(step), outcome=edge.outcome)
            fix = Text(
                "在该环节的 routes 中写明 {outcome}: 某环节或某结果",
                "Add {outcome}: <step or end> to the step's routes",
            ).filled(outcome=edge.outcome)
            yield found("no_route", say, step.place, value=edge.outcome, fix=fix)


def _odd_routes(ground: Ground, step: Step, possible: tuple[str, ...], known: set[str]) -> Iterator[Problem]:
    for outcome, to in step.routes.items():
        if outcome not in KINDS[kind_of(step)].outcomes:
            say = Text("环节{step}没有“{outcome}”这种结果", "Step {step} has no outcome “{outcome}”")
            fix = Text("可用：{all}", "It has: {all}").filled(all=", ".join(KINDS[kind_of(step)].outcomes))
            yield found("unknown_outcome", say.filled(step=said_step(step), outcome=outcome), step.place, fix=fix)
        elif outcome not in possible:
            say = Text(
                "环节{step}不会出现“{outcome}”：没有期限、预算或异议",
                "Step {step} can never have the outcome “{outcome}”: no deadline, budget or objection leads to it",
            ).filled(step=said_step(step), outcome=outcome)
            yield found("idle_route", say, step.place, value=outcome)
        if to not in known:
            say = Text("去向“{to}”不存在", "There is no step or end “{to}”").filled(to=to)
            fix = Text("可用：{all}", "There are: {all}").filled(all=", ".join(sorted(known)))
            yield found("unknown_target", say, step.place, value=f"{outcome}: {to}", fix=fix)


def _reach(ground: Ground) -> Iterator[Problem]:
    reached = ground.paths.reached()
    for step in ground.programme.steps:
        if step.id not in reached:
            say = Text("环节{step}到达不了", "Step {step} cannot be reached").filled(step=said_step(step))
            yield found("unreachable_step", say, step.place, value=step.id)
        elif not ground.paths.reached(step.id) & ground.paths.ends:
            say = Text("从环节{step}走不到任何结果", "No end can be reached from step {step}")
            yield found("dead_end", say.filled(step=said_step(step)), step.place, value=step.id)


def _ends(ground: Ground) -> Iterator[Problem]:
    reached = ground.paths.reached()
    for end in ground.programme.ends:
        if end.end not in reached:
            say = Text("结果“{end}”永远不会出现", "The end “{end}” is never reached").filled(end=end.end)
            yield found("unreachable_end", say, ground.programme.place, value=end.end)
    successes = {end.end for end in ground.programme.ends if end.success}
    if not successes:
        say = Text("没有任何结果标明成功（success: true）", "No end is marked as a success (success: true)")
        yield found("no_success", say, ground.programme.place)
    for edge in ground.paths.edges:
        step = ground.programme.step(edge.step)
        if edge.to in successes and edge.outcome not in (KINDS[kind_of(step)].forward, SKIPPED):
            say = Text(
                "结果“{outcome}”（环节{step}）直接通向成功“{end}”",
                "The outcome “{outcome}” of step {step} leads straight to the success “{end}”",
            ).filled(outcome=edge.outcome, step=said_step(step), end=edge.to)
            yield found("success_without_work", say, step.place, value=f"{edge.outcome}: {edge.to}")
        if edge.to in ground.paths.ends - successes and edge.outcome == KINDS[kind_of(step)].forward:
            say = Text(
                "环节{step}顺利完成却通向不成功的“{end}”", "Step {step} goes well and yet leads to “{end}”, no success"
            ).filled(step=said_step(step), end=edge.to)
            yield found("work_without_success", say, step.place, value=f"{edge.outcome}: {edge.to}")


def _backwards(ground: Ground) -> Iterator[Problem]:
    steps: dict[str, Step] = {step.id: step for step in ground.programme.steps}
    back = set(ground.paths.back_edges())
    for edge in ground.paths.edges:
        step = steps[edge.step]
        if edge in back and edge.outcome not in BACK:
            say = Text(
                "只有“returned”可以回到前面的环节，“{outcome}”不可以",
                "Only “returned” may lead back to an earlier step, “{outcome}” may not",
            ).filled(outcome=edge.outcome)
            yield found("backwards", say, step.place, value=f"{edge.outcome}: {edge.to}")
        if edge.outcome in BACK and edge.to and (edge not in back or not form_of(steps[edge.to])):
            say = Text(
                "“returned”应回到前面可以修改内容的环节，而不是“{to}”",
                "“returned” must lead back to a step where something can be corrected, not to “{to}”",
            ).filled(to=edge.to)
            yield found("returned_nowhere", say, step.place, value=edge.to)


def _waiting(ground: Ground) -> Iterator[Problem]:
    """Deadlines: a reminder needs one, a return for correction needs one."""
    returned_to = {edge.to for edge in ground.paths.edges if edge.outcome in BACK}
    for step in ground.programme.steps:
        has_window = isinstance(step, Apply) and ground.programme.rounds != "side"
        if step.remind and not (step.lapse or getattr(step, "within", None)) and not has_window:
            say = Text("环节{step}设了提醒却没有期限", "Step {step} reminds of a deadline it does not have")
            yield found("remind_of_nothing", say.filled(step=said_step(step)), step.remind.place)
        if not isinstance(step, Apply):
            continue
        if step.id in returned_to and step.correct_within is None:
            say = Text(
                "申报可被退回修改，但没有写明修改期限",
                "An application can be returned, but no time is set to correct it",
            )
            fix = Text("写明 correct_within，例如 5 workdays", "Set correct_within, for example 5 workdays")
            yield found("no_time_to_correct", say, step.place, fix=fix)
        if step.id not in returned_to and step.correct_within is not None:
            say = Text("写明了修改期限，但没有环节会退回", "A time to correct is set, but nothing is ever returned")
            yield found("idle_correction", say, step.correct_within.place)
