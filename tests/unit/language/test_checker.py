"""What the checker refuses, each shown by breaking one place of a sound programme."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.language.sound import DRAW, FORMS, PROGRAMME, changed, codes, house, loaded

from keguan.language.checker import check, notes
from keguan.language.vocabulary import KNOWN

PROGRAMME_FILE = "programme.yaml"


def block(begin: str, end: str) -> str:
    """The text of the sound programme from one line up to another."""
    start = PROGRAMME.index(begin)
    return PROGRAMME[start : PROGRAMME.index(end, start)]


def test_a_sound_programme_passes() -> None:
    assert check(loaded(), house()) == ()  # type: ignore[arg-type]


def test_what_only_memory_vouches_for_is_noted_and_not_refused() -> None:
    assert [note.value for note in notes(loaded())] == ["70"]


FLOW = {
    "an outcome without a route": ((("        rejected: declined\n", ""), ("      routes:\n  - publish", "  - publish")), "no_route"),
    "a route to nowhere": ((("upheld: declined", "upheld: nowhere"),), "unknown_target"),
    "an outcome that the kind does not have": ((("upheld: declined", "uphold: declined"),), "unknown_outcome"),
    "a route for what cannot happen": ((("        failed: gone\n", "        failed: gone\n        lapsed: gone\n"),), "unknown_outcome"),
    "a lapse that is routed and never comes": (
        (("      lapse: 30 days\n      routes:", "      routes:"),),
        "idle_route",
    ),
    "an end that nobody reaches": ((("        rejected: declined", "        rejected: gone"), ("        upheld: declined", "        upheld: gone")), "unreachable_end"),
    "no success": ((("    success: true\n", ""),), "no_success"),
    "a refusal that counts as success": ((("rejected: declined", "rejected: awarded"),), "success_without_work"),
    "success that counts as failure": ((("      entry: proposal.title\nends", "      entry: proposal.title\n      routes:\n        recorded: gone\nends"),), "work_without_success"),
    "a refusal that leads back": ((("rejected: declined", "rejected: apply"),), "backwards"),
    "a return that leads onward": ((("        failed: gone\n        returned: apply", "        failed: gone\n        returned: decide"),), "returned_nowhere"),
    "a return without time to correct": ((("      correct_within: 5 workdays\n", ""),), "no_time_to_correct"),
    "a reminder of no deadline": ((("      quota: round.quota", "      remind: 1 day\n      quota: round.quota"),), "remind_of_nothing"),
    "a reminder after the deadline": ((("remind: 2 workdays", "remind: 6 workdays"),), "remind_too_early"),
    "a step that nobody reaches": ((("      entry: proposal.title\nends", "      entry: proposal.title\n      routes:\n        recorded: awarded\n  - record:\n      id: again\n      register: projects\n      entry: proposal.title\nends"),), "unreachable_step"),
}  # fmt: skip


@pytest.mark.parametrize("slip", FLOW)
def test_a_way_that_leads_nowhere_is_refused(slip: str) -> None:
    changes, code = FLOW[slip]
    assert code in codes(PROGRAMME_FILE, *changes)


def test_a_dead_end_is_refused() -> None:
    endless = ("        rejected: declined", "        approved: decide\n        rejected: declined")
    assert {"backwards", "unreachable_step"} <= codes(PROGRAMME_FILE, endless)


def test_the_first_step_is_an_application() -> None:
    apply = block("  - apply:", "  - endorse:\n      by: host")
    assert "first_step" in codes(PROGRAMME_FILE, (apply, ""), ("  - screen:\n", apply + "  - screen:\n"))


def test_two_steps_of_one_name_are_refused() -> None:
    assert "named_twice" in codes(PROGRAMME_FILE, ("      id: recommend\n", ""), ("recommend.rank", "endorse.rank"))


NAMES = {
    "a score read before the review": (("quota: round.quota", "quota: decide.amount"), "forward_reference"),
    "a form read before it is filled": (("      rules:\n        - formal", "      when: size(agreement.goal) > 3\n      rules:\n        - formal"), "forward_reference"),
    "an amount that a passed-over step may not have left": (("  - rank:\n", "  - rank:\n      when: review.score > 10\n"), "forward_reference"),
    "a title that is no text": (("title: proposal.title\n  principal", "title: proposal.asked\n  principal"), "about"),
    "a principal who is nobody": (("principal: proposal.leader", "principal: proposal.title"), "about"),
    "personal facts about nobody": (("  principal: proposal.leader\n", ""), "about"),
    "a notice that shows what does not exist": (("        - applicant.name\n", "        - applicant.name\n        - proposal.summary\n"), "shows"),
    "a notice that shows personal things": (("        - applicant.name\n", "        - applicant.name\n        - proposal.leader\n"), "shows_personal"),
    "a notice that hides what is granted": (("        - decide.amount\n", ""), "shows"),
    "a score that nothing reads": (("      order: review.score\n      ties:\n        - 100 - recommend.rank\n      eligible: review.score >= param.floor\n", "      order: 100 - recommend.rank\n"), "unread"),
}  # fmt: skip


@pytest.mark.parametrize("slip", NAMES)
def test_reading_what_is_not_there_is_refused(slip: str) -> None:
    change, code = NAMES[slip]
    assert code in codes(PROGRAMME_FILE, change)


DUTIES = {
    "planning and running in one hand": (("run: officer", "run: planning"), "duties"),
    "an officer decides": (("by: committee", "by: officer"), "who_decides"),
    "the recommender decides": (("by: committee", "by: authority"), "endorser_decides"),
    "the committee screens": (("      by: officer\n      rules:\n        - formal", "      by: committee\n      rules:\n        - formal"), "who_runs"),
    "the host assigns reviewers": (("      combine: mean", "      combine: mean\n      assigned_by: host"), "who_runs"),
    "the officer pays": (("      amount: decide.amount\n      tranches", "      by: officer\n      amount: decide.amount\n      tranches"), "who_pays"),
    "the officer applies": (("      form: proposal\n", "      form: proposal\n      by: officer\n"), "who_applies"),
    "an agreement of one side": (("        - officer\n      lapse", "      lapse"), "parties"),
    "an agreement that the applicant does not sign": (("        - applicant\n        - host", "        - host"), "parties"),
    "a quota without a ranking": (("      ranked: true\n", ""), "quota_unranked"),
    "a quota for the host": (("by: host\n", "by: host\n      quota: round.quota\n"), "quota_for_whom"),
    "the same body endorses twice": (("by: authority", "by: host"), "endorsed_twice"),
}  # fmt: skip


@pytest.mark.parametrize("slip", DUTIES)
def test_duties_in_the_wrong_hands_are_refused(slip: str) -> None:
    change, code = DUTIES[slip]
    assert code in codes(PROGRAMME_FILE, change)


WORTH = {
    "an even panel": (("size: 3", "size: 4"), "even_panel"),
    "more from outside than seats": (("size: 3", "size: 3\n        outside_region_least: 4"), "panel_bound"),
    "nobody of an institution": (("size: 3", "size: 3\n        same_institution_most: 0"), "panel_bound"),
    "a rest below nothing": (("size: 3", "size: 3\n        rest_days: -1"), "panel_bound"),
    "a rest of centuries": (("size: 3", "size: 3\n        rest_days: 100000"), "panel_bound"),
    "a load of nothing": (("size: 3", "size: 3\n        most_load: 0"), "panel_bound"),
    "more seniors at least than at most": (("size: 3", "size: 3\n        senior_least: 2\n        senior_most: 1"), "panel_bounds"),
    "a least load above the most": (("size: 3", "size: 3\n        least_load: 4\n        most_load: 3"), "panel_bounds"),
    "experts of which field": (("size: 3", "size: 3\n        same_field_least: 1"), "panel_field"),
    "a panel of one": (("size: 3", "size: 1"), "small_panel"),
    "a trimmed mean of three": (("combine: mean", "combine: trimmed_mean"), "trimmed_panel"),
    "a recusal left out": (("          - kin\n", ""), "recusal"),
    "a field of unwelcome reviewers that nobody keeps out": (("          - named_by_applicant\n", ""), "named"),
    "unwelcome reviewers in a text": (("named: proposal.unwelcome", "named: proposal.title"), "named"),
    "instalments of 110 %": (("share: 60 %", "share: 70 %"), "tranches"),
    "an instalment at no time": (("          due: 30 days\n", ""), "tranche_when"),
    "a ranking without an order": (("      order: review.score\n", ""), "rank_order"),
    "a shared pool with an order": (("      amount: proposal.asked\n", "      amount: proposal.asked\n      share: pro_rata\n"), "rank_order"),
    "a notice of three days": (("period: param.notice", "period: 3 days"), "notice_too_short"),
    "a deadline of nothing": (("lapse: 30 days", "lapse: 0 days"), "no_time"),
    "money that nobody decided": (("      amount: decide.amount\n      tranches", "      amount: proposal.asked\n      tranches"), "decision_before_money"),
    "no way to object": (("  - object\n", ""), "no_objection"),
    "an unknown side programme": (("  - withdraw\n", "  - appeal\n"), "side_cases"),
    "attachments without any room": (("side_cases:\n  - withdraw", "attachments_mb: 0\nside_cases:\n  - withdraw"), "attachments"),
    "an unknown kind of applicant": (("[university, enterprise]", "[university, company]"), "applicants"),
}  # fmt: skip


@pytest.mark.parametrize("slip", WORTH)
def test_money_notices_and_panels_out_of_order_are_refused(slip: str) -> None:
    change, code = WORTH[slip]
    assert code in codes(PROGRAMME_FILE, change)


DRAWING = {
    "strata that do not fill the panel": (("seats: 2", "seats: 1"), "draw_seats"),
    "a stratum without a seat": (("seats: 2", "seats: 0"), "draw_seats"),
    "two strata of one name": (("stratum: peers", "stratum: outside"), "draw_twice"),
    "a stratum that nobody reaches": (("                - other_region\n", ""), "draw_empty"),
    "no reserves": (("reserves: 2", "reserves: 0"), "draw_numbers"),
    "a load of nothing": (("load: 5", "load: 0"), "draw_numbers"),
    "the same field of what": (("        field: proposal.title\n", ""), "panel_field"),
    "a field that is no discipline": (("field: proposal.title", "field: proposal.asked"), "panel_field"),
    "a discipline of two digits": (
        ("field: proposal.title\n", "field: proposal.title\n        disciplines:\n          - value: x\n            codes:\n              - \"12\"\n"),
        "panel_code",
    ),
    "bounds that a draw does not keep": (("field: proposal.title\n", "field: proposal.title\n        most_load: 3\n"), "panel_bound_drawn"),
}  # fmt: skip


def test_a_sound_draw_is_let_through() -> None:
    assert codes(PROGRAMME_FILE, ("        named: proposal.unwelcome\n", DRAW)) == set()


@pytest.mark.parametrize("slip", DRAWING)
def test_draws_that_cannot_be_are_refused(slip: str) -> None:
    (before, after), code = DRAWING[slip]
    assert DRAW.count(before) == 1
    assert code in codes(PROGRAMME_FILE, ("        named: proposal.unwelcome\n", DRAW.replace(before, after)))


def test_money_and_records_need_a_public_notice_on_every_way() -> None:
    notice = block("  - publish:", "  - agree:")
    assert {"notice_before_money", "notice_before_record"} <= codes(PROGRAMME_FILE, (notice, ""))
    sometimes = ("  - publish:\n", "  - publish:\n      when: proposal.asked > 10 * wan\n")
    assert "notice_before_money" in codes(PROGRAMME_FILE, sometimes)


def test_the_law_can_excuse_a_programme_from_the_notice() -> None:
    notice = block("  - publish:", "  - agree:")
    excuse = (
        "exceptions:\n"
        + "".join(
            f"  - check: {check}\n    reason:\n      zh: 应急项目\n      en: Emergency\n    source: 应急办法 第二条\n"
            for check in ("notice_before_money", "notice_before_record")
        )
        + "steps:\n"
    )
    found = codes(PROGRAMME_FILE, (notice, ""), ("steps:\n", excuse))
    assert not found & {"notice_before_money", "notice_before_record", "unknown_exception"}


def test_an_exception_from_a_check_that_does_not_exist_is_refused() -> None:
    excuse = "exceptions:\n  - check: anything\n    reason:\n      zh: 无\n      en: None\n    source: 无\nsteps:\n"
    assert "unknown_exception" in codes(PROGRAMME_FILE, ("steps:\n", excuse))


def test_points_sum_to_a_hundred_and_anchors_lie_within() -> None:
    assert "points" in codes("rubrics.yaml", ("points: 60", "points: 61"))
    assert "anchors" in codes("rubrics.yaml", ("least: 40", "least: 61"))


@pytest.mark.parametrize("source", ['source: ""', "source: TODO", "source: 待补"])
def test_a_rule_without_a_source_is_refused(source: str) -> None:
    problems = codes("rules.yaml", ("source: 管理办法 第三条", source)) if source != 'source: ""' else {"no_source"}
    assert "no_source" in problems


def test_a_text_that_was_only_copied_is_refused() -> None:
    assert "language" in codes("rules.yaml", ("zh: 材料真实\n", "zh: The papers are true\n"))
    assert "language" in codes("rules.yaml", ("en: The papers are true", "en: 材料真实"))


def test_what_is_declared_in_vain_is_refused() -> None:
    assert "unused" in codes(PROGRAMME_FILE, ("      rules:\n        - limits\n", ""))
    assert "unknown_name" in codes(PROGRAMME_FILE, ("        - limits\n", "        - limit\n"))
    computed = FORMS.index("        - field: area")
    twice = "        - field: double\n          type: money\n          title:\n            zh: 双倍\n            en: Double\n          computed: 2 * proposal.asked\n"
    at = FORMS[computed : computed + 23]
    assert "unread" in codes("forms.yaml", (at, twice + at))


def test_a_choice_that_nobody_can_choose_is_refused() -> None:
    assert "no_such_choice" in codes("rules.yaml", ('proposal.area == "mining"', 'proposal.area == "minning"'))
    kind = ("must: person.running_projects <= 1", 'must: applicant.kind in ["university", "firm"]')
    assert "no_such_choice" in codes("rules.yaml", kind)


def test_people_are_personal() -> None:
    leader = "            en: Leader\n          personal: true\n"
    assert "personal" in codes("forms.yaml", (leader, "            en: Leader\n"))


LEADER = "            en: Leader\n          personal: true\n"
PHONE = "        - field: phone\n          type: text\n          title:\n            zh: 电话\n            en: Phone\n"


@pytest.mark.parametrize(
    "sound", ["self.phone", "applicant.code", "leader.title", "leader.phone", "self.keywords", "applicant.name"]
)
def test_a_field_may_be_filled_from_what_a_register_knows(sound: str) -> None:
    assert "filled_from" not in codes("forms.yaml", (LEADER, f"{LEADER}{PHONE}          filled_from: {sound}\n"))


@pytest.mark.parametrize(
    "wrong",
    ["self", "self.birthday", "applicant.phone", "leader", "leader.code", "nobody.title", "phone.name", "leader.born"],
)
def test_a_field_is_filled_from_nothing_that_no_register_knows_or_that_does_not_fit(wrong: str) -> None:
    assert "filled_from" in codes("forms.yaml", (LEADER, f"{LEADER}{PHONE}          filled_from: {wrong}\n"))


def test_who_fills_in_the_form_may_be_whom_it_names_and_nobody_is_their_own_source() -> None:
    assert "filled_from" not in codes("forms.yaml", (LEADER, f"{LEADER}          filled_from: self\n"))
    assert "filled_from" in codes("forms.yaml", (LEADER, f"{LEADER}          filled_from: leader\n"))
    assert "filled_from" in codes("forms.yaml", (LEADER, f"{LEADER}          filled_from: applicant\n"))


def test_the_reference_lists_every_word_that_fills_a_field() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "filled-from.md").read_text(encoding="utf-8")
    rows = {
        f"| `{word}` | {known.title.zh} / {known.title.en} | {', '.join(f'`{one}`' for one in known.types)} |"
        if known.title.zh != known.title.en
        else f"| `{word}` | {known.title.zh} | {', '.join(f'`{one}`' for one in known.types)} |"
        for entry in KNOWN.values()
        for word, known in entry.items()
        if word
    }
    assert rows <= set(page.split("\n"))
    assert page.count("\n| `") == len(rows)


def test_a_field_that_depends_on_itself_is_refused() -> None:
    area = "          type: choice\n"
    shown = '          type: choice\n          shown_when: proposal.area == "mining"\n'
    assert "circle" in codes("forms.yaml", (area, shown))


def test_every_problem_says_where_it_is() -> None:
    problem = next(iter(check(loaded(changed(PROGRAMME_FILE, ("size: 3", "size: 4"))))))
    line = PROGRAMME[: PROGRAMME.index("      rubric: merit")].count("\n") + 1
    assert problem.where == f"programme.yaml:{line}:7"
