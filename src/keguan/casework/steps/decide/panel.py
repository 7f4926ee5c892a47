"""The deciding body's desk: what is proposed, the amount, the reason."""

from __future__ import annotations

from typing import Any

from keguan.casework.steps.opinion import opinion
from keguan.casework.steps.scene import Scene
from keguan.components.fields import Field
from keguan.engine.voting import told
from keguan.kernel.bilingual import Text
from keguan.kernel.money import Money
from keguan.language.schema import Decide
from keguan.language.wording import step_title

_AMOUNT = Text("批准金额", "Amount granted")
_LOWER = Text("可以核减，不得超过建议金额。", "It may be lowered, not raised above what is proposed.")
_REASON = Text("理由", "Reason")
_HINT = Text("申报人会看到。", "The applicant reads it.")
_OUTCOMES = (("approve", "approved"), ("reject", "rejected"))


def panel(scene: Scene) -> dict[str, Any]:
    """What is proposed and the fields of the decision, for those who decide."""
    step = scene.step
    if not scene.verbs or not isinstance(step, Decide):
        return {}
    if step.vote is not None:
        result = scene.situation.facts.get("vote")
        return {"ballot": told(step.vote, result)} if result else {}
    proposed = int(scene.memo.get("proposed") or 0)
    amount = None
    if step.amount is not None and "approve" in scene.verbs:
        value = Money(proposed).in_wan()
        amount = scene.asked(Field("amount_fen", "money", _AMOUNT, value, hint=_LOWER, required=True))
    return {
        "gives_money": step.amount is not None,
        "proposed": proposed,
        "amount": amount,
        "opinion": opinion(scene, _REASON, _HINT, required=True),
        "leads": [
            (scene.verbs[verb].title, _leads(scene, outcome)) for verb, outcome in _OUTCOMES if verb in scene.verbs
        ],
    }


def _leads(scene: Scene, outcome: str) -> Text:
    """Where the case goes from here: to an end, or to a step."""
    programme = scene.definition.programme
    target = scene.step.routes.get(outcome, "")
    step = next((one for one in programme.steps if one.id == target), None)
    if step is not None:
        return step_title(step)
    return next((one.title for one in programme.ends if one.end == target), Text("", ""))
