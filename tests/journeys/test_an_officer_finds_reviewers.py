"""An officer in a browser: a draw from its list to the invitations, a plan of panels looked over, changed and confirmed, and
text that two applications share, judged."""

from __future__ import annotations

import re

import pytest
from tests import make
from tests.journeys.conftest import Stage
from tests.make import cases
from tests.make import world as w
from tests.slices.insight.test_similarity import MOVED, SAID, apply
from tests.slices.panels import drawing

from keguan.casework.models import Seat
from keguan.insight.similarity import services as similarity
from keguan.insight.similarity.models import Finding
from keguan.kernel.clock import clock_at
from keguan.panels.draws.models import Draw
from keguan.panels.matching.models import Proposal, ProposedSeat
from keguan.registers.experts.models import Expert

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_draw_from_the_list_over_the_published_value_to_who_was_invited(stage: Stage) -> None:
    world = drawing.world()
    case = cases.case(world, at="review")
    with clock_at(drawing.PREPARED):
        officer = stage.signed_in(world.people["officer"])
        officer.opens(f"/rounds/{case.round.code}/draws/review/")  # type: ignore[union-attr]
        officer.sees("还没有抽取。", "轮换间隔（日）", "365")
        officer.follow("准备抽取")
        officer.press("准备名单")
        officer.sees("名单已备好", "区外同行", "同行")
        officer.misses(*Expert.objects.values_list("person__name", flat=True))
        officer.follow("封存名单")
        officer.choose("以哪一项为准", "公开的开奖结果")
        officer.fill("公布时间", "2026-04-12 09:00")
        officer.press("封存并公告")
        officer.sees("开奖名称和期号")  # a lottery needs its name: nothing typed is lost
        assert officer.value("公布时间") == "2026-04-12 09:00"
        officer.fill("开奖名称和期号", "试验开奖第1期")
        officer.fill("可能的结果数", "10000000")
        officer.press("封存并公告")
        officer.sees("名单已封存并公告。", "等待随机数公布")
        digest = Draw.objects.get().digest
        anybody = stage.browser()
        anybody.opens("/draws/")
        anybody.sees(digest)
    with clock_at(drawing.AFTER):
        officer.follow("录入随机数")
        officer.fill("随机数", "01 02 03 04 05")
        officer.fill("凭据", "开奖公告")
        officer.press("录入并抽取")
        officer.sees("已邀请5名，其中递补0名。", "已满")
        officer.follow("查看专家姓名")
        seats = Seat.objects.filter(case=case, state="invited").select_related("holder__expert__person")
        assert len(seats) == 5
        officer.sees(*(one.holder.expert.person.name for one in seats))
        anybody.opens("/draws/")
        anybody.misses(*(one.holder.expert.person.name for one in seats))


def test_a_plan_of_panels_is_proposed_changed_for_a_reason_and_confirmed(stage: Stage) -> None:
    world = cases.opened()
    case = cases.case(world, at="review", title="棉花抗旱新品种选育与示范推广")
    Expert.objects.update(fields=["gbt13745:2009:210"])
    make.project("棉花抗旱种质资源鉴定与利用", principal=Expert.objects.get(pk=world.experts[0]).person_id)
    with clock_at(w.moment("2026-04-12")):
        officer = stage.signed_in(world.people["officer"])
        officer.opens(f"/rounds/{case.round.code}/panels/review/")  # type: ignore[union-attr]
        officer.press("拟定")
        officer.sees(
            "棉花抗旱种质资源鉴定与利用", "缺 3 席", "因“同一法人单位的专家”的限制"
        )  # all work for one university
        officer.fill("同一法人单位的专家最多（人）", "")
        officer.press("拟定")
        officer.misses("缺 3 席")
        plan = Proposal.objects.order_by("-pk")[0]
        proposed = ProposedSeat.objects.filter(case__proposal=plan)
        gone = proposed.exclude(expert=world.experts[0]).order_by("-pk")[0]
        free = set(world.experts) - set(proposed.values_list("expert", flat=True))
        taking = Expert.objects.select_related("person").get(pk=min(free))
        row = officer.page.locator("tbody tr").filter(has_text=gone.expert.person.name)
        officer.clicks(row.get_by_role("link", name=re.compile("更换")))
        officer.page.get_by_role("radio", name=re.compile(re.escape(taking.person.name))).check()
        officer.fill("理由", "更熟悉南疆灌区")
        officer.press("更换")
        officer.sees(taking.person.name, "人工选定", "更熟悉南疆灌区")
        officer.tick("我已核对拟指派的专家及其理由")
        officer.press("确认指派")
        plan.refresh_from_db()
        assert plan.state == "done"
        invited = set(Seat.objects.filter(case=case, state="invited").values_list("holder__expert", flat=True))
        assert len(invited) == 5
        assert taking.pk in invited
        assert gone.expert_id not in invited


def test_text_that_two_applications_share_is_looked_at_side_by_side_and_judged(stage: Stage) -> None:
    world = cases.opened(quota=20)
    with clock_at(w.moment("2026-03-02")):
        first, second = apply(world, summary=SAID), apply(world, summary=MOVED)
        similarity.keep_up()
        found = Finding.objects.get(document__case=second)
        officer = stage.signed_in(world.people["officer"])
        officer.opens("/similarity/")
        officer.clicks(officer.page.locator("main tbody tr").filter(has_text=second.number).get_by_role("link").first)
        officer.opens(f"/similarity/{found.pk}/")
        officer.sees("查重对照", first.number, second.number, "各部分重复比例")
        assert officer.page.locator("mark").count() >= 4
        officer.page.get_by_role("radio").first.check()
        officer.press("记录判定")
        officer.sees("理由")  # owed
        assert Finding.objects.get(pk=found.pk).state == "open"
        officer.page.get_by_role("radio").first.check()
        officer.fill("理由", "两处整句相同，已请申报人说明")
        officer.press("记录判定")
        kept = Finding.objects.get(pk=found.pk)
        assert kept.state != "open"
        assert kept.reason == "两处整句相同，已请申报人说明"
