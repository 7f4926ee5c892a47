"""An agreement being made: who fills it in, the text to be read, who has signed it and who is still to sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from keguan.casework.steps.opinion import opinion
from keguan.casework.steps.scene import Scene
from keguan.casework.steps.verdict_rows import rows_to_answer
from keguan.kernel.bilingual import Text
from keguan.language.schema import Agree
from keguan.language.vocabulary import ROLES

_REASON = Text("放弃的理由", "Why the award is given up")
_OWED = Text("放弃后本件即告终止。", "Giving up ends the case.")


@dataclass(frozen=True, slots=True)
class Party:
    """One party: whether it has signed, when, and by which verb this reader may sign for it."""

    title: Text
    person: int | None
    at: datetime | None
    verb: str


def panel(scene: Scene) -> dict[str, Any]:
    """The parties and the text's digest; the verbs that this reader has, and what they judge as they sign."""
    step = scene.step
    if not isinstance(step, Agree):
        return {}
    signed = scene.memo.get("signed") or {}
    parties = []
    for party in step.parties:
        mark = signed.get(party)
        at = datetime.fromisoformat(mark["at"]) if mark else None
        verb = f"sign_{party}" if f"sign_{party}" in scene.verbs else ""
        parties.append(Party(ROLES[party], mark["person"] if mark else None, at, verb))
    return {
        "form": str(step.form),
        "text": scene.memo.get("text") or "",
        "parties": parties,
        "can_sign": any(party.verb for party in parties),
        "verdicts": rows_to_answer(scene, step.rules) if f"sign_{step.judge}" in scene.verbs else (),
        "opinion": opinion(scene, _REASON, _OWED) if "refuse" in scene.verbs else None,
    }
