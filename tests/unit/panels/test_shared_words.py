from __future__ import annotations

import pytest

from keguan.fairness.affinity import Application, Expertise, Work
from keguan.panels.matching.shared import shared_words
from keguan.texts.words import terms


def shared(application: str, work: str) -> list[str]:
    pool = Expertise([Work(1, terms(work)), Work(2, terms("完全无关"))])
    reasons = pool.because(Application(terms(application)), 1)
    return shared_words(reasons[0].terms, work) if reasons else []


@pytest.mark.parametrize(
    ("application", "work", "said"),
    [
        ("面向物联网的绿洲监测", "智能农业、物联网、大数据", {"物联网"}),
        ("推广物联网应用", "物联网推广模式", {"物联网"}),
        ("大数据驱动的决策", "医疗大数据治理", {"大数据"}),
        ("农田节水灌溉制度", "基于节水灌溉的灌溉制度", {"节水灌溉", "灌溉制度"}),
        ("棉花新品种示范推广", "心力衰竭诊疗技术推广应用", set()),
        ("心力衰竭早期预警", "心力衰竭诊疗技术推广应用", {"心力衰竭"}),
        ("知识图谱与语音识别", "语音识别中的知识图谱构建方法研究", {"语音识别", "知识图谱"}),
        ("组织工程血管化", "党的组织工作", {"组织"}),
        ("锅炉换热力计算方法", "铁路通过能力计算方法", {"计算方法"}),
        ("脑梗死45例临床观察", "肺癌60例临床体会", {"临床"}),
        ("smart art", "smart art", {"smart", "art"}),
        ("系统评价", "系统评价", set()),
    ],
)
def test_what_two_texts_share_is_told_in_whole_words_that_tell_something(
    application: str, work: str, said: set[str]
) -> None:
    assert set(shared(application, work)) == said


def test_what_many_works_say_is_told_only_where_nothing_rarer_is_shared() -> None:
    works = [Work(n, terms(f"新疆棉花{'滴灌' if n == 1 else chr(0x5000 + n) * 2}")) for n in range(60)]
    pool = Expertise(works)
    assert pool.share("棉花") == 1
    assert pool.share("滴灌") == 1 / 60
    assert pool.share("没有") == 0
    (both,) = pool.because(Application(terms("棉花的滴灌")), 1)
    (one,) = pool.because(Application(terms("棉花的加工")), 1)
    assert shared_words(both.terms, "棉花、滴灌", pool.share) == ["滴灌"]
    assert shared_words(one.terms, "棉花、滴灌", pool.share) == ["棉花"]
    assert Expertise(works[:10]).share("棉花") == 0, "too few to tell"
