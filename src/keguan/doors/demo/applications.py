"""What applicants of the demo write into the forms of each programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from keguan.doors.demo import topics
from keguan.doors.demo.prose import PLACES, Writer

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The heart of a key R&D application. Amounts in units of 10 000 yuan; people by id."""

    title: str
    field: str
    principal: int
    members: tuple[int, ...]
    asked_wan: int
    own_wan: int
    start: date
    unwelcome: tuple[int, ...] = ()
    text: int = 0
    """By what number its plan is written. Two of one number have the same plan under other titles."""

    @property
    def writer(self) -> Writer:
        """Who writes the plan."""
        return topics.writer(self.field, Random(self.text))

    @property
    def is_ethical(self) -> bool:
        """Whether it needs an ethics approval."""
        return self.field == "health"


def proposal(of: Proposal, random: Random, *, letter: int | None, approval: int | None) -> Values:
    """The proposal form. letter, approval: documents, where the form asks for them."""
    years = random.choice((2, 3, 3))
    return {
        "title": of.title,
        "domain": of.field,
        "principal": of.principal,
        "start": of.start.isoformat(),
        "end": (of.start.replace(year=of.start.year + years) - timedelta(days=1)).isoformat(),
        "summary": topics.writer(of.field, random).summary(of.title),
        "objectives": of.writer.objectives(of.title),
        "route": of.writer.route(),
        "targets": topics.targets(of.field, random),
        "team": [
            {"member": member, "role": role, "months": months}
            for member, role, months in zip(of.members, ("lead", "researcher", "student"), (6, 4, 8), strict=False)
        ],
        "asked": f"{of.asked_wan} 万元",
        "own_funds": f"{of.own_wan} 万元",
        "budget": _budget(of.asked_wan, of.own_wan, random),
        "own_funds_letter": [letter] if letter else [],
        "ethics": of.is_ethical,
        "ethics_approval": [approval] if approval else [],
        "unclassified": True,
        "same_content": False,
        "unwelcome": [{"expert": one, "reason": "存在竞争性合作关系。"} for one in of.unwelcome],
    }


def _budget(asked_wan: int, own_wan: int, random: Random) -> list[Values]:
    labour = asked_wan * random.randint(15, 25) // 100
    equipment = asked_wan * random.randint(10, 35) // 100
    parts = (
        ("equipment", equipment, own_wan // 2, _bought(random)),
        ("operations", asked_wan - labour - equipment, own_wan - own_wan // 2, _used(random)),
        ("labour", labour, 0, f"{random.randint(2, 5)}人，{random.randint(10, 40)}人月"),
    )
    return [
        {"heading": heading, "fiscal": f"{fiscal} 万元", "own": f"{own} 万元", "grounds": grounds}
        for heading, fiscal, own, grounds in parts
    ]


def _bought(random: Random) -> str:
    return f"{random.choice(('传感器', '反应釜', '工作站', '色谱柱', '采样泵', '培养箱'))}{random.randint(2, 9)}台，{random.choice(('询价', '报价单', '上年中标价'))}"


def _used(random: Random) -> str:
    return f"{random.choice(('试剂', '耗材', '用水用电', '测试'))}{random.randint(11, 60)}批，{random.choice(('按任务量', '按上年用量', '按合同'))}"


def agreement(proposed: Values, granted_fen: int, today: date, *, is_enterprise: bool) -> Values:
    """The agreement form, after what was proposed and granted."""
    end = date.fromisoformat(proposed["end"])
    start = max(date.fromisoformat(proposed["start"]), today + timedelta(days=10))
    half = start + (end - start) / 2
    granted_wan = -(-granted_fen // 1_000_000)
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "own_funds": f"{2 * granted_wan if is_enterprise else 0} 万元",
        "targets": proposed["targets"],
        "milestones": [
            {"due": half.isoformat(), "work": "完成单项技术试验和中期检查", "proof": "中期报告、试验记录"},
            {"due": end.isoformat(), "work": "完成集成示范和总结验收", "proof": "技术规程、示范报告、科技报告"},
        ],
        "changes": "",
    }


_OTHERS = ("北岭", "云岫", "江畔", "大漠", "澄江", "长风", "白桦", "石门", "金沙", "南屏", "望海", "青崖")
_TRADES = ("农机研究所", "软件有限公司", "化工设计院", "装备研究院", "膜技术有限公司", "检测中心", "生物科技公司")


def _claimed(random: Random) -> str:
    of = topics.FIELDS[random.choice(sorted(topics.FIELDS))]
    goods = random.choice(of.subjects) + random.choice(of.problems)
    how = random.choice(("受让", "实施许可", "委托开发"))
    return random.choice((f"{random.choice(PLACES)}{goods}{how}", f"{how}：{goods}", f"{goods}（{how}）"))


def claim(
    contact: int, year: int, random: Random, *, papers: tuple[int, int, int | None], buyer: bool = True
) -> Values:
    """The claim form of the post-subsidy. year: of the round. papers: contracts, vouchers, recognition (brokers)."""
    first = date(year - 2, 11, 1)
    contracts = []
    for number in range(random.randint(1, 3)):
        registered = first + timedelta(days=random.randint(10, 200))
        paid = random.randint(12, 160)
        contracts.append(
            {
                "number": f"{registered.year}6501{random.randint(10**7, 10**8 - 1)}{number}",
                "kind": random.choice(("transfer", "licence", "commissioned")),
                "counterparty": random.choice(_OTHERS) + random.choice(_TRADES),
                "registered": registered.isoformat(),
                "paid_on": (registered + timedelta(days=random.randint(15, 120))).isoformat(),
                "total": f"{paid + random.randint(20, 60)} 万元",
                "technical": f"{paid + random.randint(0, 20)} 万元",
                "paid": f"{paid} 万元",
            }
        )
    contract_paper, voucher, recognition = papers
    return {
        "title": _claimed(random),
        "claimant": "broker" if recognition else "buyer" if buyer else "seller",
        "first_claim": True,
        "contact": contact,
        "related": False,
        "contracts": contracts,
        "contract_files": [contract_paper],
        "vouchers": [voucher],
        "recognition": [recognition] if recognition else [],
    }


_PRODUCTS = (
    ("棉花打包膜", "materials"),
    ("智能施肥机", "manufacturing"),
    ("牧场管理云平台", "electronics"),
    ("番茄红素软胶囊原料", "biomedicine"),
    ("反渗透膜组件", "environment"),
    ("光热储能模块", "energy"),
    ("冷链物流监控服务", "services"),
    ("耐磨合金衬板", "materials"),
    ("无人机植保系统", "manufacturing"),
    ("多语种语音终端", "electronics"),
    ("沙棘黄酮提取物", "biomedicine"),
    ("煤层气发电机组改造", "energy"),
    ("矿井水回用装置", "environment"),
    ("采棉机视觉导航仪", "manufacturing"),
    ("检验检测信息系统", "services"),
)


def certification(contact: int, year: int, random: Random, *, ip_paper: int, audit: int) -> Values:
    """The form of the high-tech certification, of an enterprise that meets every condition. year: of the round."""
    product, domain = random.choice(_PRODUCTS)
    staff = random.randint(30, 260)
    sales = [random.randint(900, 26_000)]
    while len(sales) < 3:
        sales.append(sales[-1] * random.randint(104, 135) // 100)
    ratio = 3 if sales[-1] > 20_000 else 4 if sales[-1] > 5_000 else 5
    percent = ratio + random.randint(1, 3)
    accounts = []
    for past, amount in zip((3, 2, 1), sales, strict=True):
        research = amount * percent // 100 + 1
        accounts.append(
            {
                "year": year - past,
                "sales": f"{amount} 万元",
                "research": f"{research} 万元",
                "domestic": f"{research * random.randint(80, 100) // 100} 万元",
            }
        )
    results, writer = random.randint(9, 24), Writer(random)
    return {
        "main_product": product,
        "domain": domain,
        "contact": contact,
        "accident": False,
        "ip": _rights(product, year, random),
        "ip_papers": [ip_paper],
        "staff": staff,
        "research_staff": staff * random.randint(12, 30) // 100 + 1,
        "last_sales": f"{sales[-1]} 万元",
        "total_income": f"{sales[-1] * random.randint(101, 105) // 100} 万元",
        "high_tech_income": f"{sales[-1] * random.randint(66, 92) // 100 + 10} 万元",
        "accounts": accounts,
        "audit_reports": [audit],
        "transformation": f"{product}：转化{results}项，{random.choice(_TRANSFORMED)}。",
        "transformations": results,
        "organisation": writer.managed(),
        "growth": writer.growth(sales),
    }


def _rights(product: str, year: int, random: Random) -> list[Values]:
    rights: list[Values] = []
    for number in range(random.randint(2, 6)):
        first_class = number == 0
        granted = year - random.randint(1, 4)
        rights.append(
            {
                "number": f"ZL{granted}1{random.randint(10**6, 10**7 - 1)}.{number}",
                "name": f"一种{product}{'及其制备方法' if first_class else '用装置'}",
                "class": "class_one" if first_class else "class_two",
                "source": "own" if number < 4 else "bought",
            }
        )
    return rights


_TRANSFORMED = (
    "其中自行实施过半，其余许可他人",
    "新产品销售占比逐年上升",
    "样机转产线，另有两项入股",
    "均有验收证明，附合同编号",
    "工艺改进为主，节约材料",
    "以软件升级和配套服务为主",
)
_KINDS = ("学术研讨会", "青年论坛", "技术沙龙", "交流会", "研讨班")


def seminar(organiser: int, number: int, held: date, asked_wan: int) -> Values:
    """The request for a seminar grant."""
    fields = sorted(topics.FIELDS)
    about = next(islice(topics.titles(fields[number % len(fields)], Random(number % len(fields))), number, None))
    for ending in topics.ENDINGS:
        about = about.removesuffix(ending)
    title = about + _KINDS[number % len(_KINDS)]
    return {"title": title, "organiser": organiser, "held": held.isoformat(), "asked": f"{asked_wan} 万元"}


def seminar_report(asked_wan: int, random: Random) -> Values:
    """What was held and spent."""
    people = random.randint(35, 180)
    return {
        "participants": people,
        "spent": f"{asked_wan * random.randint(70, 100) / 100:.2f} 万元",
        "summary": Writer(random).held(people),
    }
