"""What the demo's applications are about: the words of each field, of which titles, texts and targets are made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from keguan.doors.demo.prose import Writer


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the guide. subjects × problems make titles; disciplines (GB/T 13745) find its reviewers."""

    disciplines: tuple[str, ...]
    keywords: tuple[str, ...]
    subjects: tuple[str, ...]
    problems: tuple[str, ...]
    pains: tuple[str, ...]
    means: tuple[str, ...]
    gains: tuple[str, ...]
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
        ("灌区缺水", "用工成本逐年上涨", "良种自给不足", "土壤盐分偏重", "收获损失大"),
        ("分子标记选择", "多点田间试验", "土壤墒情监测", "高通量表型", "无人机巡田", "代谢组分析"),
        ("写出一套栽培规程", "亩均节水一成", "品种通过登记", "农户照单可做", "每亩增收百元以上"),
        (("新品种（系）", "个", 1, 3), ("示范面积", "亩", 500, 5000), _PATENTS, _PAPERS),
    ),
    "environment": Field(
        ("170", "570", "610"),
        ("荒漠化", "水资源", "生态修复", "冰川"),
        ("塔里木河下游", "艾比湖流域", "准噶尔盆地南缘", "天山北坡绿洲", "伊犁河谷", "博斯腾湖"),
        ("生态输水调控", "地下水超采治理", "盐渍化土壤改良", "荒漠植被恢复", "面源污染控制", "冰川融水资源预测"),
        ("用水结构失衡", "地下水位下降", "植被退化", "盐分累积", "春季沙尘频繁"),
        ("遥感反演", "定位观测", "数值模拟", "同位素示踪", "样线调查", "水盐平衡计算"),
        ("提出分区方案", "给出生态水量下限", "流域部门可直接调用", "建成长期样地", "编制修复导则"),
        (("示范区面积", "亩", 300, 3000), ("监测站点", "处", 3, 12), _PAPERS, _TRAINED),
    ),
    "health": Field(
        ("320", "330", "350", "360"),
        ("慢性病", "包虫病", "民族药", "影像"),
        ("包虫病", "结核病", "心力衰竭", "食管癌", "糖尿病足", "儿童哮喘", "高原性心脏病"),
        ("早期筛查与分级诊疗", "影像智能辅助诊断", "基层规范化管理", "免疫标志物发现", "适宜技术推广"),
        ("基层漏诊偏多", "随访不全", "转诊路径不清", "检验能力不均", "患者到院偏晚"),
        ("多中心队列", "组学检测", "影像判读模型", "病例对照", "卫生经济学评价", "流行病学调查"),
        ("县级医院可照做", "形成诊疗路径", "教材通过评审", "筛查成本减半", "建成随访数据库"),
        (("入组病例", "例", 300, 2000), ("培训基层医务人员", "人次", 100, 600), _PAPERS, _PATENTS),
    ),
    "society": Field(
        ("620", "560", "410"),
        ("应急", "抗震", "文物保护", "公共安全"),
        ("油气管道沿线", "高寒山区公路", "农村装配式住房", "古城土遗址", "大型集贸市场"),
        ("风险监测预警", "抗震性能提升", "冻融病害治理", "火灾早期识别", "本体保护加固"),
        ("地震多发", "监测手段单一", "老旧设施多", "极端低温频现", "预警滞后"),
        ("光纤传感", "有限元仿真", "现场加载", "振动台试验", "无损检测", "雷达扫描"),
        ("平台上线值守", "形成标准草案", "误报降到两成以下", "巡检人力减半", "应急预案随之更新"),
        (("预警平台", "套", 1, 2), ("地方标准草案", "项", 1, 3), _PATENTS, _PAPERS),
    ),
    "materials": Field(
        ("430", "460", "450"),
        ("铝合金", "复合材料", "装备", "焊接"),
        ("高纯铝箔", "棉秆纤维复合板材", "耐磨合金衬板", "采棉机采摘头", "残膜回收机", "风电塔筒", "碳化硅陶瓷"),
        ("低成本制备工艺", "表面强化与再制造", "可靠性提升", "轻量化设计", "在线检测装备研制"),
        ("部件依赖外购", "寿命偏短", "废品率高", "能耗居高", "换件周期长"),
        ("相图计算", "正交试验", "台架考核", "加速老化", "断口分析", "在线测厚"),
        ("中试线投产", "产品进入采购目录", "寿命延长三成", "国产件替代进口", "形成企业标准"),
        (("样机（中试线）", "台套", 1, 3), ("使用寿命提高", "%", 15, 40), _PATENTS, _PAPERS),
    ),
    "energy": Field(
        ("480", "530", "470"),
        ("煤化工", "储能", "光伏", "油气"),
        ("准东煤", "光伏制氢", "稠油油藏", "煤制乙二醇", "电化学储能电站", "油田采出水"),
        ("清洁高效转化", "宽功率适应控制", "提高采收率", "催化剂国产化", "安全预警", "资源化处理"),
        ("水耗偏高", "弃风弃光时有发生", "采收率徘徊", "催化剂靠进口", "负荷波动大"),
        ("催化剂设计", "流程模拟", "侧线放大", "岩心驱替", "功率预测", "寿命试验"),
        ("侧线稳定运行", "单耗明显下降", "形成工艺包", "安全评估通过", "采出水全部回用"),
        (("单位能耗下降", "%", 5, 18), ("侧线试验时间", "小时", 500, 2000), _PATENTS, _PAPERS),
    ),
    "information": Field(
        ("520", "510", "413"),
        ("多语种", "大数据", "遥感", "物联网"),
        ("多语种政务服务", "棉花全产业链", "口岸通关", "兵团连队管理", "智慧牧场", "矿山无人驾驶", "冷链物流"),
        ("知识图谱构建", "大数据平台研发", "边缘计算终端研制", "语音识别与翻译", "可信数据共享", "视觉识别算法"),
        ("数据分散", "网络时断时续", "语料不足", "系统互不相通", "标注成本高"),
        ("小样本学习", "边缘计算", "隐私计算", "图神经网络", "人机协同标注", "仿真测试"),
        ("软件开源", "系统稳定值守", "识别率九成以上", "接口按标准开放", "终端成本减半"),
        (("软件系统", "套", 1, 3), ("应用单位", "家", 2, 8), ("软件著作权", "项", 2, 6), _PATENTS),
    ),
}

ENDINGS = ("关键技术研究与示范", "技术研究与应用", "关键技术研发", "技术集成与示范", "方法与技术研究")


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
    pairs = [(subject, problem, ending) for subject in of.subjects for problem in of.problems for ending in ENDINGS]
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


def writer(field: str, random: Random) -> Writer:
    """Somebody who writes on this field."""
    of = FIELDS[field]
    return Writer(
        random, subjects=of.subjects, problems=of.problems, keywords=of.keywords, pains=of.pains, means=of.means,
        gains=of.gains,
    )  # fmt: skip


def targets(field: str, random: Random) -> list[dict[str, object]]:
    """Measurable targets, as rows of the form's table."""
    chosen = random.sample(FIELDS[field].targets, 3)
    return [
        {"indicator": name, "unit": unit, "value": round(random.randint(low, high), -2 if high > 1000 else 0) or low}
        for name, unit, low, high in chosen
    ]
