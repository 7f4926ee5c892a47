"""The bodies of the demo: real universities, institutes and authorities as hosts and recommenders, invented enterprises.

What happens to their applications is invented. Nothing that touches anybody's good name happens to a real one.
"""

from __future__ import annotations

from dataclasses import dataclass

from stdnum.cn import uscc


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation of the demo. under: whom it stands under; xpcc: the same in the second hierarchy."""

    name: str
    kind: str
    region: str = "650100"
    under: str = ""
    xpcc: str = ""
    english: str = ""


AGENCY = "天山科技项目服务中心"
"""The professional agency that runs the programmes; invented."""

DEPARTMENT = "自治区科学技术厅"

AUTHORITIES = (
    Body(DEPARTMENT, "department", english="Science and Technology Department of the Region"),
    Body("自治区教育厅", "department", english="Education Department of the Region"),
    Body("自治区农业农村厅", "department", english="Agriculture Department of the Region"),
    Body("自治区卫生健康委员会", "department", english="Health Commission of the Region"),
    Body("中国科学院新疆分院", "department", english="Xinjiang Branch of the Chinese Academy of Sciences"),
    Body("乌鲁木齐市科学技术局", "bureau", under=DEPARTMENT, english="Science Bureau of Ürümqi"),
    Body("克拉玛依市科学技术局", "bureau", "650200", DEPARTMENT, english="Science Bureau of Karamay"),
    Body("昌吉回族自治州科学技术局", "bureau", "652300", DEPARTMENT, english="Science Bureau of Changji"),
    Body("巴音郭楞蒙古自治州科学技术局", "bureau", "652800", DEPARTMENT, english="Science Bureau of Bayingolin"),
    Body("阿克苏地区科学技术局", "bureau", "652900", DEPARTMENT, english="Science Bureau of Aksu"),
    Body("喀什地区科学技术局", "bureau", "653100", DEPARTMENT, english="Science Bureau of Kashgar"),
    Body("伊犁哈萨克自治州科学技术局", "bureau", "654000", DEPARTMENT, english="Science Bureau of Ili"),
    Body("新疆生产建设兵团第一师阿拉尔市", "xpcc_division", "659002", english="XPCC First Division, Aral"),
    Body("新疆生产建设兵团第八师石河子市", "xpcc_division", "659001", english="XPCC Eighth Division, Shihezi"),
)

_EDUCATION, _AGRICULTURE, _HEALTH, _ACADEMY = (
    "自治区教育厅",
    "自治区农业农村厅",
    "自治区卫生健康委员会",
    "中国科学院新疆分院",
)
_FIRST, _EIGHTH = "新疆生产建设兵团第一师阿拉尔市", "新疆生产建设兵团第八师石河子市"

HOSTS = (
    Body("新疆大学", "university", under=_EDUCATION, english="Xinjiang University"),
    Body("石河子大学", "university", "659001", xpcc=_EIGHTH, english="Shihezi University"),
    Body("新疆农业大学", "university", under=_EDUCATION, english="Xinjiang Agricultural University"),
    Body("新疆医科大学", "university", under=_HEALTH, english="Xinjiang Medical University"),
    Body("塔里木大学", "university", "659002", xpcc=_FIRST, english="Tarim University"),
    Body("新疆师范大学", "university", under=_EDUCATION, english="Xinjiang Normal University"),
    Body("喀什大学", "university", "653100", under=_EDUCATION, english="Kashi University"),
    Body("伊犁师范大学", "university", "654000", under=_EDUCATION, english="Yili Normal University"),
    Body("新疆农业科学院", "institute", under=_AGRICULTURE, english="Xinjiang Academy of Agricultural Sciences"),
    Body("新疆畜牧科学院", "institute", under=_AGRICULTURE, english="Xinjiang Academy of Animal Science"),
    Body(
        "中国科学院新疆生态与地理研究所",
        "institute",
        under=_ACADEMY,
        english="Xinjiang Institute of Ecology and Geography, CAS",
    ),
    Body(
        "中国科学院新疆理化技术研究所",
        "institute",
        under=_ACADEMY,
        english="Xinjiang Technical Institute of Physics and Chemistry, CAS",
    ),
)

STRENGTHS: dict[str, tuple[str, ...]] = {
    "新疆大学": ("energy", "information", "environment", "materials"),
    "石河子大学": ("agriculture", "information", "health", "energy"),
    "新疆农业大学": ("agriculture", "environment", "society"),
    "新疆医科大学": ("health",),
    "塔里木大学": ("agriculture", "society", "information"),
    "新疆师范大学": ("information", "environment"),
    "喀什大学": ("information", "society", "health"),
    "伊犁师范大学": ("materials", "agriculture", "society"),
    "新疆农业科学院": ("agriculture",),
    "新疆畜牧科学院": ("agriculture",),
    "中国科学院新疆生态与地理研究所": ("environment",),
    "中国科学院新疆理化技术研究所": ("materials", "energy", "information"),
}
"""The fields in which the hosts of the demo apply."""

ELSEWHERE = (
    Body("内蒙古大学", "university", "150100"),
    Body("内蒙古农业大学", "university", "150100"),
    Body("兰州大学", "university", "620000"),
    Body("宁夏大学", "university", "640000"),
    Body("西北农林科技大学", "university", "610000"),
    Body("西安交通大学", "university", "610000"),
    Body("中国农业大学", "university", "110000"),
    Body("大连理工大学", "university", "210000"),
    Body("华中科技大学", "university", "420000"),
    Body("四川大学", "university", "510000"),
    Body("青海大学", "university", "630000"),
)
"""Where the experts work: outside the region, so that nobody reviews a colleague."""

_PLACES = (
    ("乌鲁木齐", "650100", "乌鲁木齐市科学技术局"),
    ("昌吉", "652300", "昌吉回族自治州科学技术局"),
    ("石河子", "659001", ""),
    ("克拉玛依", "650200", "克拉玛依市科学技术局"),
    ("库尔勒", "652800", "巴音郭楞蒙古自治州科学技术局"),
    ("阿克苏", "652900", "阿克苏地区科学技术局"),
    ("喀什", "653100", "喀什地区科学技术局"),
    ("伊宁", "654000", "伊犁哈萨克自治州科学技术局"),
)
_BRANDS = [
    "禾岚",
    "拓垦",
    "棉穗",
    "疆澜",
    "云棘",
    "沙枣湾",
    "绿垣",
    "启岚",
    "穗丰源",
    "博垦",
    "雪岭川",
    "丝棉",
    "昆禾",
    "沃垦源",
    "天棘",
    "果蜜园",
    "泽垄",
    "驼铃谷",
    "岩晶",
    "煤清",
    "光翼",
    "风垄",
    "智垄",
    "数棉",
    "云岭垦",
    "晶澜",
    "智驼",
    "硅漠",
    "氢岭",
    "医棘",
    "康垦",
    "草药谷",
    "净泉湾",
    "膜清",
    "土润",
    "林棘",
    "漠安",
    "岭盾",
    "安垦",
    "铁岭垦",
    "机垄",
    "精穗",
    "轴垦",
    "焊岭",
    "乳岭",
    "羊脂谷",
    "肉香垦",
    "酥坊",
    "枣垄",
    "核仁谷",
    "薰田",
    "番红垦",
    "糖垦",
    "酒棘",
    "葡垄",
    "甘露垦",
    "沃滴",
    "节流湾",
    "泉垄",
    "渠联",
    "电岭",
    "储垦",
    "热岭",
    "网岭",
]
_TRADES = ("农业科技", "节水设备", "智能装备", "信息技术", "生物科技", "新材料", "能源技术", "环境工程", "食品")


def enterprises(count: int) -> tuple[Body, ...]:
    """So many invented enterprises, spread over the region; at most as many as there are brands."""
    made = []
    for number, brand in enumerate(_BRANDS[:count]):
        place, region, bureau = _PLACES[number % len(_PLACES)]
        trade = _TRADES[number % len(_TRADES)]
        xpcc = "" if bureau else _EIGHTH
        made.append(Body(f"{place}{brand}{trade}有限公司", "enterprise", region, bureau, xpcc))
    return tuple(made)


def invented_code(number: int) -> str:
    """A credit code that checks and belongs to nobody: its middle reads DEM."""
    body = f"91650100MADEM{number:04d}"
    return body + uscc.calc_check_digit(body)
