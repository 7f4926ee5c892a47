"""The post-subsidy: two claims, a pool too small for both, shared in proportion, down to the plan of payment."""

from __future__ import annotations

from typing import Any

import pytest
from tests import make
from tests.journeys import walks
from tests.journeys.conftest import Stage
from tests.journeys.pages import Visitor
from tests.make import world as w

from keguan.casework import alarms
from keguan.casework.services import Done
from keguan.kernel.clock import clock_at

BUYER, SELLER = "棉秆综合利用装备技术受让", "膜下滴灌专利许可"


@pytest.fixture
def world() -> w.World:
    """The world with two enterprises under its bureau, each with somebody who claims for it."""
    world = w.world(experts_count=0)
    for who, name in (("buyer", "天河棉业有限公司"), ("seller", "天河节水科技有限公司")):
        enterprise = make.organisation(name, kind="enterprise", under=world.bureau)
        world.people[who] = make.person(employer=enterprise)
    return world


def test_two_claims_share_a_pool_that_is_too_small(stage: Stage, world: w.World) -> None:
    with clock_at(w.moment("2026-03-02")):
        call = w.call(
            world,
            "rd-post-subsidy",
            opens=w.moment("2026-03-01"),
            closes=w.moment("2026-03-31", "18:00"),
            budget_fen=40_000_000,
        )
        buyer = stage.signed_in(world.people["buyer"])
        bought = walks.begins(buyer, call)
        _claims(buyer, world.people["buyer"].name)
        buyer.press("检查")
        buyer.sees("检查通过，可以提交")
        assert "50 万元" in buyer.page.locator(".field").filter(has_text="测算补助额").first.inner_text()
        walks.hands_in(buyer, bought, BUYER, "2024-11-01", "50 万元")
        sold = _sold(world)
    with clock_at(w.moment("2026-03-04")):
        _recommended(stage, world, bought, sold)
    with clock_at(w.moment("2026-04-02")):
        officer = _checked(stage, world, bought, sold)
        officer.opens(f"/rounds/{call.code}/ranking/rank/")
        officer.sees("资金池不足时按比例分配", "预算 40 万元，安排 40 万元，余 0 万元")
        assert all(said in _row(officer, BUYER) for said in ("25 万元", "按比例安排"))
        assert all(said in _row(officer, SELLER) for said in ("15 万元", "按比例安排"))
        assert officer.page.get_by_role("link", name="评分综合分析").count() == 0, "nobody scores here"
        officer.tick("我已核对顺序和金额")
        officer.press("确认排序")
        _approved(stage, world, call.code, bought, sold)
    with clock_at(w.moment("2026-04-11", "00:01")):
        alarms.ring()
        buyer.opens(f"/cases/{bought}/")
        buyer.sees("已补助", "由此产生", "25 万元", "100 % 一次性拨付", "2026-05-1", "应付")
        seller = stage.signed_in(world.people["seller"])
        seller.opens("/my-cases/")
        seller.sees(SELLER, "已补助")
        seller.follow(SELLER)
        seller.sees("15 万元")
        seller.opens(f"/cases/{bought}/")
        assert seller.status in (403, 404), "another's claim"


def _claims(buyer: Visitor, contact: str) -> None:
    buyer.fill("补助事项名称", BUYER)
    buyer.choose("申报身份", "需求方")
    buyer.choose("是否首次就这些合同申报", "是")
    buyer.sees("取自名录", contact)
    buyer.choose("交易双方是否存在关联关系", "否")
    contract = {"合同类型": "技术转让", "登记日期": "2025-03-01", "本期付款日期": "2025-06-30"}
    buyer.rows(
        "合同清单",
        [
            contract
            | {"技术合同登记编号": "2025650100000101", "交易对方": "北山理工大学"}
            | {"合同成交额": "450万", "其中：技术交易额": "400", "本期实际支付技术交易额": "３００"},
            contract
            | {"技术合同登记编号": "2025650100000102", "交易对方": "北山农机研究院"}
            | {"合同成交额": "260", "其中：技术交易额": "250", "本期实际支付技术交易额": "2,000,000元"},
        ],
    )
    buyer.upload("技术合同及登记证明", "合同.pdf", walks.PDF)
    buyer.upload("发票和银行付款凭证", "凭证.pdf", walks.PDF)


def _sold(world: w.World) -> str:
    """The other claim, by the write door."""
    person = world.people["seller"]
    number = w.started(world, "seller", host=person.employer)
    row = {"number": "2025650100000201", "kind": "licence", "counterparty": "天河棉业有限公司"}
    row |= {"registered": "2025-02-01", "paid_on": "2025-05-01", "total": "600", "technical": "600", "paid": "600"}
    papers = [make.document(origin=number).pk]
    claim: dict[str, Any] = {"title": SELLER, "claimant": "seller", "first_claim": True, "contact": person.pk}
    claim |= {"related": False, "contracts": [row], "contract_files": papers, "vouchers": papers}
    answer = world.act(number, "submit", "seller", values=claim)
    assert isinstance(answer, Done), answer
    return number


def _recommended(stage: Stage, world: w.World, bought: str, sold: str) -> None:
    authority = stage.signed_in(world.people["authority"])
    walks.opens_task(authority, bought, "属地审核推荐")
    authority.press("同意推荐")
    authority.sees("已办理：同意推荐")
    assert isinstance(world.act(sold, "endorse", "authority"), Done)


def _checked(stage: Stage, world: w.World, bought: str, sold: str) -> Visitor:
    officer = stage.signed_in(world.people["officer"])
    walks.opens_task(officer, bought, "材料核验")
    walks.judges(officer, "技术合同已认定登记", "发票、付款凭证与本期实际支付一致", "纳税所在地在本地区")
    officer.press("通过")
    officer.sees("已办理：通过")
    met = {f"evidence.{rule}": {"result": "meets"} for rule in ("registered", "vouchers", "tax_seat")}
    assert isinstance(world.act(sold, "pass", "officer", verdicts=met), Done)
    return officer


def _approved(stage: Stage, world: w.World, code: str, *numbers: str) -> None:
    committee = stage.signed_in(world.people["committee"])
    for number in numbers:
        committee.opens(f"/rounds/{code}/decide/decide/")
        row = committee.page.locator("main tr").filter(has_text=number)
        committee.fill("理由", "材料齐全，同意补助", row)
        committee.press("同意", row)
        committee.sees("已办理：同意")


def _row(visitor: Visitor, title: str) -> str:
    return visitor.page.locator("main tr").filter(has_text=title).first.inner_text()
