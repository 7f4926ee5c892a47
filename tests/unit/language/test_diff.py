"""What changes between two versions, in sentences."""

from __future__ import annotations

from tests.unit.language.sound import DRAW, SOURCES, changed, loaded

from keguan.language.diff import changes
from keguan.language.prose import prose


def said(file: str, *slips: tuple[str, str]) -> list[str]:
    """The changes in English after these changes in one file."""
    found = changes(loaded(), loaded(changed(file, *slips)))
    assert all(change.zh != change.en for change in found)
    return [change.en for change in found]


def test_the_same_text_changes_nothing() -> None:
    assert changes(loaded(), loaded(dict(SOURCES))) == ()


def test_a_comment_changes_nothing_in_words() -> None:
    assert said("programme.yaml", ("steps:\n", "# the way\nsteps:\n")) == []


def test_a_longer_notice_is_one_sentence() -> None:
    (change,) = said("parameters.yaml", ("value: 7 workdays", "value: 10 workdays"))
    assert change.endswith("value changes from 7 working days to 10 working days")
    assert "Public notice" in change


def test_less_room_for_attachments_is_told_in_the_programme_and_as_a_change() -> None:
    room = ("side_cases:\n  - withdraw", "attachments_mb: 40\nside_cases:\n  - withdraw")
    (change,) = said("programme.yaml", room)
    assert change == "the programme: most of all attachments (MB) is added: 40"
    told = prose(loaded(changed("programme.yaml", room)), "en")
    assert "All attachments of a case: 40 MB at most" in told


def test_a_route_names_both_ends() -> None:
    (change,) = said("programme.yaml", ("rejected: declined", "rejected: gone"))
    assert change == "step “Award decision” (decide): “rejected” leads to Gone, no longer to Declined"


def test_rules_fields_and_choices_come_and_go() -> None:
    assert said("forms.yaml", ("            - value: mining\n", "            - value: metals\n")) == [
        "choice “Mining” (metals) is added",
        "choice “Mining” (mining) is taken away",
    ]
    (requirement,) = said("rules.yaml", ("person.running_projects <= 1", "person.running_projects <= 2"))
    assert "requirement changes from “running projects led by the principal” ≤ 1 to" in requirement


def test_a_panel_that_is_drawn_from_now_on_says_so() -> None:
    named = "        named: proposal.unwelcome\n"
    added, _ = said("programme.yaml", (named, DRAW))
    assert "public draw is added: 1 from “Peers from elsewhere”, 2 from “Peers”" in added
    other = DRAW.replace("seats: 1", "seats: 9").replace("reserves: 2", "reserves: 3")
    drawn = loaded(changed("programme.yaml", (named, DRAW)))
    told = [one.en for one in changes(drawn, loaded(changed("programme.yaml", (named, other))))]
    assert [one for one in told if "seats changes from 1 to 9" in one]
    assert [one for one in told if "reserves changes from 2 to 3" in one]


def test_a_step_that_moves_is_told_as_an_order() -> None:
    text = SOURCES["programme.yaml"]
    review = text[text.index("  - review:") : text.index("  - rank:")]
    screen = text[text.index("  - screen:") : text.index("  - review:")]
    moved = {**SOURCES, "programme.yaml": text.replace(screen + review, review + screen)}
    (change,) = (one.en for one in changes(loaded(), loaded(moved)))
    assert change.startswith("The order of the steps changes: apply → endorse → recommend → review → screen")


def test_shares_and_limits_carry_their_units() -> None:
    assert "share changes from 60 % to 50 %" in said("programme.yaml", ("share: 60 %", "share: 50 %"))[0]
    assert (
        "most is added: 100万元"
        in said("forms.yaml", ("          type: money\n", "          type: money\n          most: 100 万元\n"))[0]
    )
