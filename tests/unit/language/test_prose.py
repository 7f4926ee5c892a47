"""A programme in plain words: everything that people have to know is there, in either language."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.language.sound import DRAW, changed, loaded

from keguan.kernel.bilingual import Language, Text
from keguan.language.definition import Definition
from keguan.language.prose import prose, step_said
from keguan.language.schema import Expression
from keguan.language.vocabulary import KINDS
from keguan.language.wording import OUTCOMES, expression_said, title_of, value_said

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_rule_source_number_and_end_is_told(language: Language) -> None:
    definition = loaded()
    told = prose(definition, language)
    programme = definition.programme
    for end in programme.ends:
        assert end.title.said_in(language) in told
    for rule_set in programme.rules:
        for rule in rule_set.rules:
            assert rule.say.said_in(language) in told
            assert rule.source in told
    for parameter in programme.parameters:
        assert parameter.title.said_in(language) in told
    for step in programme.steps:
        assert f"`{step.id}`" in told


def test_what_a_register_fills_in_is_told() -> None:
    leader = "            en: Leader\n          personal: true\n"
    filled = loaded(changed("forms.yaml", (leader, f"{leader}          filled_from: self\n")))
    assert "Leader (filled in: who fills it in; personal)" in prose(filled, "en")
    assert "负责人（由名录填入：本人；个人信息）" in prose(filled, "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draw_is_told_with_its_strata_reserves_and_limits(language: Language) -> None:
    drawn = loaded(changed("programme.yaml", ("        named: proposal.unwelcome\n", DRAW)))
    told = prose(drawn, language)
    for said in (
        {"zh": "区外同行1名", "en": "1 from “Peers from elsewhere”"},
        {"zh": "备选2名", "en": "2 reserves each"},
    ):
        assert said[language] in told


def test_working_notes_are_told_to_those_who_keep_the_programme_and_not_with_a_step() -> None:
    definition = loaded()
    programme = definition.programme
    noted = replace(
        programme,
        steps=tuple(replace(step, note="时限再查") for step in programme.steps),
        rules=tuple(
            replace(of, rules=tuple(replace(rule, note="条款再查") for rule in of.rules)) for of in programme.rules
        ),
        parameters=tuple(
            replace(one, values=tuple(replace(held, note="数值再查") for held in one.values))
            for one in programme.parameters
        ),
    )
    told = prose(Definition(noted, definition.sources), "zh")
    for note in ("时限再查", "条款再查", "数值再查"):
        assert f"备注：{note}" in told
        assert f"Working note: {note}" in prose(Definition(noted, definition.sources), "en")
    said = [line for step in noted.steps for line in step_said(noted, step)]
    assert said
    assert not any("再查" in line.zh + line.en for line in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_is_drawn_and_also_listed_without_a_renderer(language: Language) -> None:
    told = prose(loaded(), language)
    diagram = told[told.index("```mermaid") : told.index("```", told.index("```mermaid") + 3)]
    listed = told[told.index("```text") : told.index("```", told.index("```text") + 3)]
    for step in loaded().programme.steps:
        assert f"n_{step.id}[" in diagram
    assert diagram.count("-->") == listed.count("→") == len(_edges())
    assert "★" in listed


def _edges() -> tuple[object, ...]:
    from keguan.language.paths import Paths

    return Paths(loaded().programme).edges


def test_english_readers_meet_no_chinese_but_names_of_acts() -> None:
    told = prose(loaded(), "en").replace("管理办法", "").replace("万元", "")
    for article in ("第三条", "第四条", "第五条", "第八条", "第九条"):
        told = told.replace(article, "")
    assert [char for char in told if "\u4e00" <= char <= "\u9fff"] == []


def test_every_outcome_has_words() -> None:
    assert {outcome for kind in KINDS.values() for outcome in kind.outcomes} <= OUTCOMES.keys()


def test_expressions_are_told_with_the_titles_of_what_they_read() -> None:
    said = expression_said(loaded().programme, Expression('proposal.area == "mining" && proposal.asked <= 50 * wan'))
    assert said == Text("“领域” = “矿业” 且 “申请经费” ≤ 50 × 万元", "“Area” = “Mining” and “Asked” ≤ 50 × 10 000 yuan")


def test_values_are_told_as_people_read_them() -> None:
    programme = loaded().programme
    assert value_said(programme, "proposal.asked", 12_500_000).zh == "12.5万元"
    assert value_said(programme, "proposal.area", "mining") == Text("矿业", "Mining")
    assert title_of(programme, "review.score").en == "score of “Expert review”"
