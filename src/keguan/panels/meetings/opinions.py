"""What members think of an item in writing, before the meeting."""

from __future__ import annotations

from keguan.engine.moves import refuse
from keguan.kernel import clock
from keguan.kernel.actors import Actor
from keguan.kernel.bilingual import Text
from keguan.kernel.problems import Problem, Refusal
from keguan.panels.meetings.deeds import LONGEST, NOT_MEMBER, Said, deed, note
from keguan.panels.meetings.models import Opinion
from keguan.panels.meetings.sittings import Sitting


def give_opinion(pk: int, item: int, score: int | None, comment: str, actor: Actor, request_id: str = "") -> Said:
    """A member's written opinion before the meeting: a score and a comment, changed as often as they like until then."""

    def do(sitting: Sitting) -> Refusal | None:
        found, until = sitting.item(item), sitting.meeting.written_until
        if found is None or sitting.member(actor.person) is None:
            return NOT_MEMBER
        if sitting.is_out(found, actor.person):
            return refuse("right.recused", Text("本议项您须回避。", "You must keep out of this item."))
        if sitting.meeting.state != "planned" or until is None or clock.now() > until:
            return refuse("meeting.written_over", Text("书面意见已截止。", "Written opinions are closed."))
        problems = []
        if score is not None and not 0 <= score <= 100:
            problems.append(
                Problem("opinion.score", Text("评分为0至100。", "A score is 0 to 100."), "score", str(score))
            )
        if len(comment) > LONGEST:
            said = Text("意见不超过{n}字。", "At most {n} characters.").filled(n=LONGEST)
            problems.append(Problem("opinion.long", said, "comment"))
        if score is None and not comment.strip():
            problems.append(Problem("opinion.empty", Text("请评分或写意见。", "Give a score or a comment."), "comment"))
        if problems:
            return Refusal(tuple(problems))
        Opinion.objects.update_or_create(
            item=found,
            person=actor.person or 0,
            defaults={"score": score, "comment": comment.strip(), "at": clock.now()},
        )
        note(sitting, "meeting:opinion:given", actor, number=found.case.number)
        return None

    return deed(pk, actor, request_id, do)
