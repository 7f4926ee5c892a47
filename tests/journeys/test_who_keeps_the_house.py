"""Those who keep things in order: the administrator of an organisation, finance, supervision. Each does the day's work by the
pages alone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core import mail
from tests import make
from tests.journeys.conftest import PASSWORD, Stage
from tests.make import cases
from tests.make import world as w

from keguan.kernel.clock import clock_at
from keguan.registers.funds.models import Payment
from keguan.registers.integrity.models import Sanction
from keguan.registers.parties.models import Duty, Person


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_administrator_invites_gives_a_duty_and_lets_go_and_a_colleague_joins(stage: Stage, language: str) -> None:
    university = make.organisation("天河大学", kind="university")
    administrator = make.person(employer=university)
    make.duty("administrator", administrator, organisation=university)
    keeper = stage.signed_in(administrator, language)
    say = keeper.word
    keeper.follow(say("本单位人员", "Our people"), keeper.page.locator("header"))
    keeper.follow(say("邀请成员", "Invite somebody"))
    keeper.fill(say("姓名", "Name"), "阿依古丽·买买提")
    keeper.fill(say("电子邮箱", "E-mail address"), "ayigul@example.org")
    keeper.press(say("发送邀请", "Send the invitation"))
    keeper.sees("ayigul@example.org", say("邀请已发往", "The invitation is on its way"))
    link = re.search(r"http://\S+?(/join/\S+)", mail.outbox[-1].body)
    assert link is not None
    colleague = stage.browser(language)
    colleague.opens(f"/language/?to={language}&next={link[1]}")
    colleague.fill(say("证件号码", "Its number"), "11010519491231002X")
    colleague.fill(say("密码", "Password"), PASSWORD)
    colleague.fill(say("再输一次密码", "The password again"), PASSWORD)
    colleague.press(say("加入", "Join"))
    colleague.sees(say("您已加入天河大学，请登录", "You have joined 天河大学"))
    colleague.fill(say("用户名", "Username"), "ayigul@example.org")
    colleague.fill(say("密码", "Password"), PASSWORD)
    colleague.press(say("登录", "Sign in"))
    joined = Person.objects.get(name="阿依古丽·买买提")
    assert joined.employer == university
    keeper.opens(f"/members/{university.pk}/{joined.pk}/")
    keeper.follow(say("授予职责", "Give a duty"))
    keeper.choose(say("职责", "Duty"), say("依托单位科研管理人员", "Research office of the host institution"))
    keeper.press(say("授予", "Give"))
    keeper.sees(say("已授予：", "Granted: "))
    colleague.opens("/todo/")
    colleague.follow(say("申报进展", "Progress"), colleague.page.locator("header"))
    keeper.follow(say("办理离开", "Let them go"))
    keeper.sees(say("依托单位科研管理人员", "Research office of the host institution"))
    keeper.press(say("确认离开", "Yes, let them go"))
    keeper.sees(say("阿依古丽·买买提已离开", "阿依古丽·买买提 has left"))
    colleague.opens("/todo/")
    assert colleague.page.locator("header").get_by_role("link", name=say("申报进展", "Progress")).count() == 0
    assert not Duty.objects.filter(person=joined, until=None).exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_finance_records_a_payment_as_paid_and_takes_a_slip_back(stage: Stage, language: str) -> None:
    payment = make.payment(on=date(2026, 5, 1))
    accountant = make.person()
    make.duty("finance", accountant)
    with clock_at(w.moment("2026-05-10")):
        finance = stage.signed_in(accountant, language)
        say = finance.word
        finance.opens("/registers/")
        finance.clicks(finance.page.locator("main a[href='/registers/payments/']").first)
        finance.clicks(finance.page.locator("tbody tr").filter(has_text=payment.number).get_by_role("link").first)
        finance.follow(say("登记已付", "Record as paid"))
        finance.fill(say("付款日", "Paid on"), "2026-05-09")
        finance.press(say("登记", "Record"))
        assert finance.status == 422, "a payment has a voucher"
        finance.fill(say("凭证号", "Voucher"), "JZ-0017")
        if finance.page.get_by_label(say("付款条件已满足的依据", "By what the condition is met")).count():
            finance.fill(say("付款条件已满足的依据", "By what the condition is met"), "验收意见第 3 号")
        finance.press(say("登记", "Record"))
        finance.sees(say("已登记付款", "Recorded as paid"), "JZ-0017")
        assert Payment.objects.get(pk=payment.pk).status == "paid"
        finance.follow(say("撤销付款登记", "Take back the record"))
        finance.fill(say("理由", "Reason"), "凭证号写错")
        finance.press(say("撤销登记", "Take it back"))
        finance.sees("凭证号写错")
        assert Payment.objects.get(pk=payment.pk).status == "due"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_supervision_sees_who_did_what_and_enters_a_sanction_and_lifts_it(stage: Stage, language: str) -> None:
    world = cases.opened(w.world(experts_count=0))
    case = cases.case(world, at="endorse")
    with clock_at(w.moment("2026-04-10")):
        name = world.people["applicant"].name
        supervisor = stage.signed_in(world.people["supervisor"], language)
        say = supervisor.word
        supervisor.opens("/cases/")
        supervisor.follow(case.number)
        supervisor.sees(case.title)
        supervisor.opens("/registers/trace/")
        supervisor.sees(case.number)
        supervisor.opens(f"/registers/people/{world.people['applicant'].pk}/")
        supervisor.follow(say("登记惩戒", "Enter a sanction"))
        supervisor.fill(say("种类", "Kind"), say("取消申报资格", "Barred from applying"))
        supervisor.choose(say("程度", "Severity"), say("较轻", "Minor"))
        supervisor.fill(say("起始日", "From"), "2026-04-01")
        supervisor.fill(say("截止日", "Until"), "2028-03-31")
        supervisor.fill(say("决定文号", "Document of the decision"), "兵科监〔2026〕3号")
        supervisor.fill(say("决定机关", "Decided by"), "监督处")
        supervisor.press(say("登记", "Enter"))
        supervisor.sees(say("将登记对", "You are about to enter a sanction against"), name)
        assert not Sanction.objects.exists(), "nobody is sanctioned by a slip"
        supervisor.press(say("确认无误，登记", "All is right: enter it"))
        supervisor.sees(name, "兵科监〔2026〕3号")
        told = stage.signed_in(world.people["applicant"], language)
        told.opens("/messages/")
        told.sees(say("诚信惩戒", "Sanctions"))
        supervisor.follow(say("解除", "Lift"))
        supervisor.fill(say("解除理由和文号", "Reason, and its document"), "兵科监〔2026〕9号")
        supervisor.press(say("解除", "Lift"))
        supervisor.sees(say("已解除", "Lifted"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_registrar_enters_and_corrects_people_and_they_mend_their_own(stage: Stage, language: str) -> None:
    make.organisation("天河大学", kind="university")
    keeper, known = make.person(), make.person("王敏")
    make.duty("registrar", keeper)
    registrar = stage.signed_in(keeper, language)
    say = registrar.word
    registrar.follow(say("本单位人员", "Our people"), registrar.page.locator("header"))
    registrar.follow(say("登记人员", "Enter a person"))
    registrar.fill(say("姓名", "Name"), "王敏")
    registrar.fill(say("工作单位", "Employer"), "天河大学")
    registrar.press(say("登记", "Enter"))
    registrar.sees(say("名录中已有同名人员", "The register has people of this name"))
    registrar.press(say("不是同一人，登记", "Somebody else: enter them"))
    registrar.sees(say("已登记：王敏", "Entered: 王敏"), "天河大学")
    registrar.opens("/members/")
    main = registrar.page.locator("main")
    registrar.fill(say("查找", "Search"), "王敏", main)
    registrar.press(say("查找", "Search"), main)
    registrar.clicks(main.locator(f"a[href='/registers/people/{known.pk}/']"))
    registrar.follow(say("更正信息", "Correct the entry"))
    registrar.fill(say("姓名", "Name"), "王敏慧")
    registrar.fill(say("理由", "Reason"), "持户口簿更名")
    registrar.press(say("更正", "Correct"))
    registrar.sees(say("已更正，本人会收到消息", "Corrected; they get a message"), "王敏慧")
    mine = stage.signed_in(known, language)
    mine.opens("/messages/")
    mine.sees("持户口簿更名")
    mine.opens("/me/")
    mine.opens(f"/registers/people/{known.pk}/")
    mine.follow(say("更正本人信息", "Correct my entry"))
    mine.fill(say("电话", "Telephone"), "0991-2000")
    mine.press(say("保存", "Save"))
    mine.sees("0991-2000", "王敏慧")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_registrar_merges_an_organisation_into_another_after_a_look(stage: Stage, language: str) -> None:
    world = cases.opened(w.world(experts_count=0))
    into = make.organisation("天山大学", kind="university", under=world.bureau)
    keeper = make.person()
    make.duty("registrar", keeper)
    case = cases.case(world, at="endorse")
    with clock_at(w.moment("2026-03-04")):
        registrar = stage.signed_in(keeper, language)
        say = registrar.word
        registrar.opens(f"/registers/organisations/{world.university.pk}/")
        registrar.follow(say("并入其他单位", "Merge into another"))
        registrar.fill(say("密码", "Password"), PASSWORD)
        registrar.press(say("继续", "Go on"))
        registrar.fill(say("并入的单位", "Into"), "天山大学")
        registrar.fill(say("理由和文号", "Reason, and its document"), "兵编发〔2026〕1号")
        registrar.press(say("查看会怎样", "See what would happen"))
        registrar.sees(say("将把“天河大学”并入“天山大学”", "“天河大学” would go into “天山大学”"))
        registrar.press(say("确认合并", "Merge them"))
        registrar.sees(say("天河大学已并入天山大学", "天河大学 has gone into 天山大学"))
        registrar.opens(f"/registers/organisations/{world.university.pk}/")
        registrar.sees("天山大学")
        host = stage.signed_in(world.people["host"], language)
        host.opens("/todo/")
        host.sees(case.title)
    case.refresh_from_db()
    assert case.host == into
