"""What applicants of the demo write: sentences put together from short pieces, so that two texts are alike only where the
demo means them to be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

PLACES = (
    *(
        "沙湾",
        "玛纳斯",
        "呼图壁",
        "奇台",
        "库车",
        "温宿",
        "轮台",
        "尉犁",
        "莎车",
        "叶城",
        "墨玉",
        "洛浦",
        "霍城",
        "新源",
    ),
    *(
        "额敏",
        "裕民",
        "福海",
        "布尔津",
        "鄯善",
        "托克逊",
        "巴里坤",
        "伊吾",
        "精河",
        "温泉",
        "焉耆",
        "和硕",
        "阿瓦提",
        "沙雅",
    ),
)
"""Counties in which something is tried."""

_SUMMARY: tuple[tuple[str, ...], ...] = (
    (
        "{pain}，[其中|尤其是]{problem}最[为突出|是薄弱]；{place}[等地反映尤甚|反映集中]。",
        "[近年|前期|去年]调查[表明|显示]，{place}{problem}[滞后|跟不上]，{pain}。",
        "{problem}[是|历来是|仍是]{subject}的短板，{place}[一带|附近]{pain}。",
        "[本项目源于|问题来自]{place}的[实际需求|一线反映]：{pain}，[而|且]{problem}[少有成熟做法|还靠经验]。",
        "{pain}。[以|拿]{place}[为例|来说]，{problem}的[投入产出比仍低|成本摊不开]。",
        "与{place}[用户|农户|企业]走访{n}次[后确认|得知]，{problem}[制约明显|拖了后腿]，[且|又有]{pain}。",
        "{subject}[方面|这一头]{pain}；[就|说到]{problem}[而言|这一项]，{place}[尚无可用方案|等了{m}年]。",
    ),
    (
        "[拟|准备]以“{title}”[为题|立项]，{mean}与{mean2}[并用|互证]。",
        "[为此|因而]开展“{title}”，[以|先用]{mean}[为主|打底]、{mean2}[为辅|复核]。",
        "“{title}”[先做|起步于]{mean}，[再经|随后由]{mean2}[验证|检验]。",
        "[申请开展|现申报]“{title}”；{mean}[负责筛选|用来初筛]，{mean2}[负责定量|给出数值]。",
        "“{title}”[把|将]{mean}同{mean2}[结合起来|接在一起]。",
    ),
    (
        "{gain}，{t}[个月内|个月左右]在{place2}[见到效果|看得出来]。",
        "[预计|按计划]{t}[个月后|个月时]{gain}，[并由|交给]{place2}的[单位|合作社|企业][先行采用|试]。",
        "[结题时|到期]{gain}；{place2}[已愿提供场地|腾出了地方]。",
        "[成果|结果][先用于|首先给]{place2}，[条件成熟时|随后]{gain}。",
        "[以|借]{place2}[为窗口|打样]，{gain}。",
    ),
)
_OBJECTIVES: tuple[tuple[str, ...], ...] = (
    (
        "[总体目标|目标]：[到期|期末]完成{title}，{gain}。",
        "[总体目标|总目标][是|定为]{gain}，[以|靠]{title}[为抓手|来实现]。",
        "[总目标|总要求]：[用|花]{t}个月把{title}[做到可用|做成]，{gain}。",
        "[目标|要求]：{title}[通过|过]现场[测试|检验]，{gain}。",
    ),
    (
        "（一）[在|到]{place}[布设|选]{n}个[样点|点位]，[查清|弄清]{problem}[受什么限制|卡在哪里]；",
        "（一）[用|借]{mean}[摸清|盘点]{problem}的[家底|现状]，{place}[不少于|至少]{n}处；",
        "（一）[收集|翻检]{place}[历年|旧]记录，[说明|解释]{problem}[为何反复|时好时坏]；",
        "（一）[比较|并列]{n}种[做法|方案]，[找出|定位]{problem}的[主因|症结]；",
        "（一）[以|凭]{mean}[建立|拟定]{problem}的[评价指标|打分表]，[在|由]{place}[校准|核对]；",
        "（一）{place}、{place2}[各|分别]取{n}份[样|材料]，[讲清|判明]{problem}的[来龙去脉|底数]；",
    ),
    (
        "（二）[借助|依靠]{mean2}[给出|求得]{problem2}的[参数区间|上下限]；",
        "（二）[对|就]{problem2}[做|设]{n}组对照，[由|经]{mean2}[定优|选优]；",
        "（二）[设计|试做]{problem2}的[样例|小样]，{mean2}[逐一检验|把关]；",
        "（二）[把|将]{problem2}[拆成|分作]{m}个[环节|小题]，[分别以|各用]{mean2}[求解|作答]；",
        "（二）[围绕|为]{problem2}研制[关键部件|核心件]，{mean2}[后定型|通过再用]；",
        "（二）{mean2}[跑|算]{n}轮，[替|给]{problem2}[排除|淘汰]{m}条[走不通|不合算]的路；",
    ),
    (
        "（三）[在|于]{place2}[连续|接连]{m}季[集成|合用]{problem3}，[写成规程|形成手册]；",
        "（三）{problem3}[与前两项|同前面]合并[试用|运行]，{place2}[记录|逐日记]成本；",
        "（三）[邀请|找]{place2}{n}家[用户|单位]试{problem3}，[逐条|按条]回应[意见|问题]；",
        "（三）[把|将]{problem3}[做成套件|打包]，{place2}、{place}[各装|各放]{m}套；",
        "（三）[核算|算清]{problem3}[每一步|各环节]的[能耗和人工|花费]，{place2}[公开结果|张榜]；",
        "（三）{problem3}[交|移]给{place2}[自己|独立]做{m}次，[我们|课题组]只[看|旁观]不[插手|动手]；",
    ),
    (
        "（四）[由|请]第三方[评价|核算]效益，{n}日内[交出|提交]数据。",
        "（四）数据[和|连同]代码[按规定|依办法]汇交，[另编|再写]{m}份[培训材料|讲义]。",
        "（四）[与|同]{place}、{place2}[签订|订立][试用|使用]协议，[跟踪|回访]{t}个月。",
        "（四）[总结|记下]哪些[不成|走不通]，[写明|列出]{m}条[教训|原因]。",
    ),
)
_ROUTE: tuple[tuple[str, ...], ...] = (
    (
        "[路线|做法][分|共]{m}步：[先|起初]{mean}，[后|接着]{mean2}，[最后|末了]落到{place}。",
        "[先易后难|由浅入深]：{place}[先试|开头]，{mean}[跟进|接上]，{mean2}[收口|收尾]。",
        "[以|拿]{mean}[搭框架|起头]，{n}周后[换|改用]{mean2}[细化|做细]，{place}[验收|复核]。",
        "[上半程|前期]靠{mean}，[下半程|后期]靠{mean2}，[每|隔]{n}天[核对|碰头]一次。",
        "[从|由]{place}[取样|起步]，[经|用]{mean}得[初值|底稿]，{mean2}[修正|校正]。",
        "{mean}[一路|一组]、{mean2}[一路|一组]，{n}天[一对账|会合]，[分歧|不合]处[回|去]{place}[重做|再看]。",
    ),
    (
        "[难在|卡点是]{problem}不稳，[备有|留了]{m}套[替代做法|后手]。",
        "{problem}误差[偏大|不小]，[拟增|另加]{n}次[重复|平行]。",
        "[若|倘]{problem}[达不到要求|不行]，[改由|换]{place2}的设备[承担|来做]。",
        "[最大的不确定|没把握的]来自{problem}；{n}天[内无进展|没起色][即启用备选|就换路]。",
        "{problem}[需外购件|要买件]，[已询价|问过]{m}家。",
        "[风险|担心]在{problem}：[预留|留出]{n}天[余量|机动]，[请|托]{place2}[代管|兜底]。",
    ),
    (
        "[团队|课题组]做{keyword}{m}年，{place2}[有长期试验点|常年有人]。",
        "[主要成员|几位骨干][熟悉|干过]{keyword}，[此前|早先]在{place2}[完成过|接过]{m}项委托。",
        "{keyword}[方面|这边]有设备{n}台套，{place2}[可随时开展|随到随做]。",
        "[申请人|负责人][带过|指导]{m}届学生做{keyword}，[与|同]{place2}[合作稳定|来往多]。",
        "{place2}的[合作方|伙伴][提供|供给]{keyword}数据{n}批。",
        "[经费|进度][按|分]{m}段[管|控]，{keyword}[由|归]{place2}组[执行|落实]。",
    ),
)
_GROUNDWORK = (
    "{host}的{keyword}平台[开放|给]{n}机时，申请人[近年|先后]有论文{m}篇。",
    "{host}[存有|留存]{keyword}样本{n}份，[预试验|小试][在|于]{place}做过{m}轮。",
    "申请人[在|于]{host}[从事|做]{keyword}{m}年，{place}[点位|样地][连续|不间断]观测。",
    "{host}[已立项建设|正在建]{keyword}实验室，{place}数据{n}组[可用|在手]。",
    "[前期|去年]由{host}[自筹经费|出钱]做了{m}次{keyword}预研，{place}结果[可重复|对得上]。",
)
_MANAGED: tuple[tuple[str, ...], ...] = (
    (
        "[技术中心|研究院]设{m}个组，[专人|一名主任]管[项目立项|立项]和结题。",
        "[研发|技术]归[总工办|总工]，{n}天[开一次例会|碰一次头]。",
        "[研发部|技术部]{n}人，[另聘|外请]顾问{m}位。",
        "[每个项目|各项目][有组长和|配组长、]财务联系人，{m}级[审批|会签]。",
    ),
    (
        "[投入|研发费][单独|另册]记账，[按季|每季]对账{m}次。",
        "[辅助账|台账][由|交]{place}分公司[汇总|合并]，{n}日前[上报|报齐]。",
        "[研究支出|研发支出]设{m}个[明细科目|子目]，[年底|年终][由|请]事务所[复核|看过]。",
        "[材料领用|领料][凭单|按单]入账，{n}天[盘一次库|清点]。",
    ),
    (
        "[转化收益|转让所得]的{n}%[奖给|分给]有功人员。",
        "[专利实施|专利用上]后{m}年内[给|与]发明人[分成|提成]。",
        "[奖励办法|奖励细则][经职代会|由职代会]通过，{place}、{place2}两地[同标准|一样]。",
        "[成果转化|转化][设|有]专项奖，[上年|去年][发放|兑现]{m}人次。",
    ),
    (
        "[与|同]{place}职校[共建|合办]实训班，[已办|办到]{m}期。",
        "[同|和]{place2}的高校[联合培养|带]{m}名研究生。",
        "[产学研|合作]合同{m}份，{place}基地[为主|居多]。",
        "[开放|让出]{n}平方米[试验场|车间][给|供]合作院校。",
    ),
)
_GROWTH = (
    "[三年|近三年]收入{sales}（万元），[资产随之增加|净资产也增]。",
    "[销售由|销售额从]{first}万元[到|升到]{last}万元，{place}[新线|新厂]是主因。",
    "[上年|去年][收入|销售]{last}万元；[前年与大前年|再往前两年]为{rest}。",
    "{sales}：[三年的|历年]销售额（万元），[利润|毛利]{n}%[左右|上下]。",
    "[资产负债率|负债率][降到|只有]{n}%，[年销售|销售]依次{sales}万元。",
)
_HELD = (
    "[到会|出席]{people}人，报告{m}场，{place}的代表[介绍了做法|谈了经验]。",
    "{people}人[参加|到场]，[分|设]{m}个[专题|小组]，纪要[已发|附后]。",
    "[办了|安排]{m}场报告和[一次|半天]现场观摩，[共|计]{people}人次。",
    "[线上线下|两种方式]合计{people}人；{place}、{place2}[各有发言|都派了人]。",
)
_CHOICE = re.compile(r"\[([^]]*)\]")


class Writer:
    """Somebody who writes on one field's matters. The same random numbers write the same texts."""

    def __init__(
        self,
        random: Random,
        *,
        subjects: Sequence[str] = ("本行业",),
        problems: Sequence[str] = ("工艺", "装备", "检测"),
        keywords: Sequence[str] = ("本方向",),
        pains: Sequence[str] = ("成本偏高",),
        means: Sequence[str] = ("试验", "调查"),
        gains: Sequence[str] = ("形成规程",),
    ) -> None:
        self.random = random
        self.words = (subjects, problems, keywords, pains, means, gains)

    def summary(self, title: str) -> str:
        """What the project is about."""
        return self._written(_SUMMARY, title=title)

    def objectives(self, title: str) -> str:
        """Goals, and the work item by item."""
        return self._written(_OBJECTIVES, "\n", title=title)

    def route(self) -> str:
        """The technical route, its risks and the groundwork."""
        return self._written(_ROUTE)

    def groundwork(self, host: str) -> str:
        """What is there already."""
        return self._written((_GROUNDWORK,), host=host)

    def managed(self) -> str:
        """How an enterprise manages its research."""
        return self._written(_MANAGED)

    def growth(self, sales: Sequence[int]) -> str:
        """How an enterprise has grown over three years, in 10 000 yuan."""
        first, *_, last = sales
        rest = "、".join(str(one) for one in reversed(sales[:-1]))
        return self._written((_GROWTH,), sales="、".join(map(str, sales)), first=first, last=last, rest=rest)

    def held(self, people: int) -> str:
        """What a seminar came to."""
        return self._written((_HELD,), people=people)

    def _written(self, parts: Sequence[Sequence[str]], between: str = "", **more: object) -> str:
        return between.join(self._said(self.random.choice(part)).format(**self._words(), **more) for part in parts)

    def _said(self, sentence: str) -> str:
        """The sentence in one of the ways in which it can be said."""
        return _CHOICE.sub(lambda found: self.random.choice(found[1].split("|")), sentence)

    def _words(self) -> dict[str, object]:
        draw = self.random
        subjects, problems, keywords, pains, means, gains = self.words
        problem, problem2, problem3 = draw.sample(problems, 3)
        (mean, mean2), (place, place2) = draw.sample(means, 2), draw.sample(PLACES, 2)
        return {
            "subject": draw.choice(subjects), "keyword": draw.choice(keywords), "pain": draw.choice(pains),
            "gain": draw.choice(gains), "problem": problem, "problem2": problem2, "problem3": problem3,
            "mean": mean, "mean2": mean2, "place": place, "place2": place2,
            "n": draw.randint(11, 97), "m": draw.randint(2, 9), "t": draw.randint(9, 30),
        }  # fmt: skip
