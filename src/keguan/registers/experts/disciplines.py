"""The disciplines of GB/T 13745-2009, first level; deeper codes are checked by shape and first digits."""

from __future__ import annotations

import re

from keguan.kernel.bilingual import Text
from keguan.kernel.names import halfwidth
from keguan.kernel.problems import Problem

FIRST_LEVEL: dict[str, Text] = {
    "110": Text("数学", "Mathematics"),
    "120": Text("信息科学与系统科学", "Information and systems science"),
    "130": Text("力学", "Mechanics"),
    "140": Text("物理学", "Physics"),
    "150": Text("化学", "Chemistry"),
    "160": Text("天文学", "Astronomy"),
    "170": Text("地球科学", "Earth sciences"),
    "180": Text("生物学", "Biology"),
    "190": Text("心理学", "Psychology"),
    "210": Text("农学", "Agronomy"),
    "220": Text("林学", "Forestry"),
    "230": Text("畜牧、兽医科学", "Animal husbandry and veterinary science"),
    "240": Text("水产学", "Fisheries"),
    "310": Text("基础医学", "Basic medicine"),
    "320": Text("临床医学", "Clinical medicine"),
    "330": Text("预防医学与公共卫生学", "Preventive medicine and public health"),
    "340": Text("军事医学与特种医学", "Military and special medicine"),
    "350": Text("药学", "Pharmacy"),
    "360": Text("中医学与中药学", "Traditional Chinese medicine and pharmacy"),
    "410": Text("工程与技术科学基础学科", "Foundations of engineering"),
    "413": Text("信息与系统科学相关工程与技术", "Engineering related to information and systems"),
    "416": Text("自然科学相关工程与技术", "Engineering related to the natural sciences"),
    "420": Text("测绘科学技术", "Surveying and mapping"),
    "430": Text("材料科学", "Materials science"),
    "440": Text("矿山工程技术", "Mining engineering"),
    "450": Text("冶金工程技术", "Metallurgical engineering"),
    "460": Text("机械工程", "Mechanical engineering"),
    "470": Text("动力与电气工程", "Power and electrical engineering"),
    "480": Text("能源科学技术", "Energy science and technology"),
    "490": Text("核科学技术", "Nuclear science and technology"),
    "510": Text("电子与通信技术", "Electronics and communications"),
    "520": Text("计算机科学技术", "Computer science and technology"),
    "530": Text("化学工程", "Chemical engineering"),
    "535": Text("产品应用相关工程与技术", "Engineering related to the use of products"),
    "540": Text("纺织科学技术", "Textile science and technology"),
    "550": Text("食品科学技术", "Food science and technology"),
    "560": Text("土木建筑工程", "Civil engineering and building"),
    "570": Text("水利工程", "Hydraulic engineering"),
    "580": Text("交通运输工程", "Transport engineering"),
    "590": Text("航空、航天科学技术", "Aeronautics and astronautics"),
    "610": Text("环境科学技术及资源科学技术", "Environmental and resource science"),
    "620": Text("安全科学技术", "Safety science and technology"),
    "630": Text("管理学", "Management"),
    "710": Text("马克思主义", "Marxism"),
    "720": Text("哲学", "Philosophy"),
    "730": Text("宗教学", "Religious studies"),
    "740": Text("语言学", "Linguistics"),
    "750": Text("文学", "Literature"),
    "760": Text("艺术学", "Arts"),
    "770": Text("历史学", "History"),
    "780": Text("考古学", "Archaeology"),
    "790": Text("经济学", "Economics"),
    "810": Text("政治学", "Political science"),
    "820": Text("法学", "Law"),
    "830": Text("军事学", "Military science"),
    "840": Text("社会学", "Sociology"),
    "850": Text("民族学与文化学", "Ethnology and cultural studies"),
    "860": Text("新闻学与传播学", "Journalism and communication"),
    "870": Text("图书馆、情报与文献学", "Library and information science"),
    "880": Text("教育学", "Education"),
    "890": Text("体育科学", "Sports science"),
    "910": Text("统计学", "Statistics"),
}

_CODE = re.compile(r"\d{3}(\d{2}){0,2}")


def discipline_code(given: str) -> str | Problem:
    """A code as it is stored: digits only, 3, 5 or 7 of them (110, 11014, 1101450). `110.14` may be typed too."""
    code = "".join(halfwidth(given, punctuation=True).split()).replace(".", "")
    if _CODE.fullmatch(code) and code[:3] in FIRST_LEVEL:
        return code
    return Problem(
        code="expert.field-unknown",
        say=Text("不是 GB/T 13745 的学科代码", "Not a discipline code of GB/T 13745"),
        value=given[:40],
        source="GB/T 13745-2009",
        fix=Text("例如 110（数学）、520.40", "For example 110 (mathematics), 520.40"),
    )


def discipline_name(code: str) -> Text:
    """The first-level discipline a code belongs to; the code itself where it is unknown."""
    return FIRST_LEVEL.get(code[:3], Text(code, code))
