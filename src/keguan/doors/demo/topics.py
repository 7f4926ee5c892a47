"""What the demo's applications are about: titles, summaries, plans and targets put together from the words of each field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the guide. subjects × problems make titles; disciplines (GB/T 13745) find its reviewers."""

    disciplines: tuple[str, ...]
    keywords: tuple[str, ...]
    subjects: tuple[str, ...]
    problems: tuple[str, ...]
    pain: str
    method: str
    gain: str
    targets: tuple[tuple[str, str, int, int], ...]


_PAPERS = ("发表论文", "篇", 2, 6)
_PATENTS = ("申请发明专利", "件", 1, 5)
_TRAINED = ("培养研究生", "名", 2, 6)

FIELDS: dict[str, Field] = {
    "agriculture": Field(
        ("210", "230", "220"),
        ("棉花", "林果", "畜牧", "育种", "节水灌溉"),
        (
            "棉花",
            "冬小麦",
            "加工番茄",
            "哈密瓜",
            "库尔勒香梨",
            "核桃",
            "红枣",
            "制种玉米",
            "甜菜",
            "苜蓿",
            "葡萄",
            "枸杞",
        ),
        (
            "抗旱新品种选育",
            "水肥一体化精准管控",
            "主要病虫害绿色防控",
            "盐碱地丰产栽培",
            "机械化收获减损",
            "采后保鲜与精深加工",
            "种质资源评价与利用",
        ),
        "南北疆灌区水资源紧缺、生产成本偏高",
        "采用分子标记辅助选择、田间多点试验和智能监测相结合的方法",
        "形成可复制的栽培与管理规程，在主产县市示范推广",
        (("新品种（系）", "个", 1, 3), ("示范面积", "亩", 500, 5000), _PATENTS, _PAPERS),
    ),
    "environment": Field(
        ("170", "570", "610"),
        ("荒漠化", "水资源", "生态修复", "冰川"),
        ("塔里木河下游", "艾比湖流域", "准噶尔盆地南缘", "天山北坡绿洲", "伊犁河谷", "博斯腾湖"),
        ("生态输水调控", "地下水超采治理", "盐渍化土壤改良", "荒漠植被恢复", "面源污染控制", "冰川融水资源预测"),
        "绿洲用水结构失衡、生态系统脆弱",
        "采用遥感反演、野外定位观测和数值模拟相结合的方法",
        "提出分区调控方案，供流域管理部门采用",
        (("示范区面积", "亩", 300, 3000), ("监测站点", "处", 3, 12), _PAPERS, _TRAINED),
    ),
    "health": Field(
        ("320", "330", "350", "360"),
        ("慢性病", "包虫病", "民族药", "影像"),
        ("包虫病", "结核病", "心力衰竭", "食管癌", "糖尿病足", "儿童哮喘", "高原性心脏病"),
        ("早期筛查与分级诊疗", "影像智能辅助诊断", "基层规范化管理", "免疫标志物发现", "适宜技术推广"),
        "基层诊疗能力不足、漏诊率偏高",
        "采用多中心队列、组学检测和人工智能辅助判读相结合的方法",
        "形成诊疗路径和培训教材，在县级医院应用",
        (("入组病例", "例", 300, 2000), ("培训基层医务人员", "人次", 100, 600), _PAPERS, _PATENTS),
    ),
    "society": Field(
        ("620", "560", "410"),
        ("应急", "抗震", "文物保护", "公共安全"),
        ("油气管道沿线", "高寒山区公路", "农村装配式住房", "古城土遗址", "大型集贸市场"),
        ("风险监测预警", "抗震性能提升", "冻融病害治理", "火灾早期识别", "本体保护加固"),
        "地震和极端天气频发、监测手段单一",
        "采用光纤传感、数值仿真和现场试验相结合的方法",
        "建成监测预警平台，形成地方标准草案",
        (("预警平台", "套", 1, 2), ("地方标准草案", "项", 1, 3), _PATENTS, _PAPERS),
    ),
    "materials": Field(
        ("430", "460", "450"),
        ("铝合金", "复合材料", "装备", "焊接"),
        ("高纯铝箔", "棉秆纤维复合板材", "耐磨合金衬板", "采棉机采摘头", "残膜回收机", "风电塔筒", "碳化硅陶瓷"),
        ("低成本制备工艺", "表面强化与再制造", "可靠性提升", "轻量化设计", "在线检测装备研制"),
        "关键部件依赖外购、使用寿命偏短",
        "采用材料计算、工艺试验和台架考核相结合的方法",
        "建成中试线，产品在区内企业应用",
        (("样机（中试线）", "台套", 1, 3), ("使用寿命提高", "%", 15, 40), _PATENTS, _PAPERS),
    ),
    "energy": Field(
        ("480", "530", "470"),
        ("煤化工", "储能", "光伏", "油气"),
        ("准东煤", "光伏制氢", "稠油油藏", "煤制乙二醇", "电化学储能电站", "油田采出水"),
        ("清洁高效转化", "宽功率适应控制", "提高采收率", "催化剂国产化", "安全预警", "资源化处理"),
        "能耗水耗偏高、新能源消纳困难",
        "采用催化剂设计、过程模拟和现场放大试验相结合的方法",
        "完成工业侧线试验，单位产品能耗明显下降",
        (("单位能耗下降", "%", 5, 18), ("侧线试验时间", "小时", 500, 2000), _PATENTS, _PAPERS),
    ),
    "information": Field(
        ("520", "510", "413"),
        ("多语种", "大数据", "遥感", "物联网"),
        ("多语种政务服务", "棉花全产业链", "口岸通关", "兵团连队管理", "智慧牧场", "矿山无人驾驶", "冷链物流"),
        ("知识图谱构建", "大数据平台研发", "边缘计算终端研制", "语音识别与翻译", "可信数据共享", "视觉识别算法"),
        "数据分散、算法难以在边远地区落地",
        "采用小样本学习、边缘计算和隐私计算相结合的方法",
        "研制软硬件系统并在两个以上单位稳定运行",
        (("软件系统", "套", 1, 3), ("应用单位", "家", 2, 8), ("软件著作权", "项", 2, 6), _PATENTS),
    ),
}

_ENDINGS = ("关键技术研究与示范", "技术研究与应用", "关键技术研发", "技术集成与示范", "方法与技术研究")


def works_of(fields: Sequence[str], number: int) -> list[str]:
    """Titles of what the expert of this number has worked on, one for each of their fields."""
    known = [FIELDS[name] for name in dict.fromkeys(fields)]
    return [
        f"{one.subjects[number % len(one.subjects)]}{one.problems[number // 2 % len(one.problems)]}研究"
        for one in known
    ]


def titles(field: str, random: Random) -> Iterator[str]:
    """Titles of one field, none twice."""
    of = FIELDS[field]
    pairs = [(subject, problem, ending) for subject in of.subjects for problem in of.problems for ending in _ENDINGS]
    random.shuffle(pairs)
    seen: set[tuple[str, str]] = set()
    later = []
    for subject, problem, ending in pairs:
        if (subject, problem) in seen:
            later.append((subject, problem, ending))
            continue
        seen.add((subject, problem))
        yield f"{subject}{problem}{ending}"
    for subject, problem, ending in later:
        yield f"{subject}{problem}{ending}"


def summary(field: str, title: str, random: Random) -> str:
    """What the project is about, in the tone of a guide's summary."""
    of = FIELDS[field]
    opening = random.choice(("针对", "面向", "围绕"))
    closing = random.choice(("为产业提质增效提供支撑。", "为区域高质量发展提供技术支撑。", "预期经济和生态效益明显。"))
    return f"{opening}{of.pain}的问题，开展“{title}”。{of.method}，突破{random.choice(of.problems)}等技术环节，{of.gain}，{closing}"


def objectives(field: str, title: str, random: Random) -> str:
    """Goals, and the work item by item."""
    of = FIELDS[field]
    first, second, third = random.sample(of.problems, 3)
    return (
        f"总体目标：完成{title}，{of.gain}。\n"
        f"研究内容：（1）调查现状，明确{first}的主要限制因素；（2）研究{second}的机理和技术参数，筛选优化方案；"
        f"（3）开展{third}的集成试验，形成技术规程；（4）在两个以上地点示范，评价成本和效益。"
    )


def route(field: str, random: Random) -> str:
    """The technical route, the groundwork and the risks."""
    of = FIELDS[field]
    years = random.choice(("三", "五", "八"))
    return (
        f"技术路线：{of.method}，按“资料收集—试验设计—单项突破—集成示范—评价推广”推进。"
        f"难点在于{random.choice(of.problems)}的稳定性，拟设置对照试验并预备替代方案。"
        f"团队在{random.choice(of.keywords)}方向有{years}年以上工作积累，试验条件具备，进度和经费风险可控。"
    )


def targets(field: str, random: Random) -> list[dict[str, object]]:
    """Measurable targets, as rows of the form's table."""
    chosen = random.sample(FIELDS[field].targets, 3)
    return [
        {"indicator": name, "unit": unit, "value": round(random.randint(low, high), -2 if high > 1000 else 0) or low}
        for name, unit, low, high in chosen
    ]
