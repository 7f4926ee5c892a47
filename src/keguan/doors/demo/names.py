"""Names of people who do not exist, as they are common in the region: Han, Uyghur, Kazakh, Mongolian, Hui."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

_SURNAMES = (
    "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏"
    " 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾"
    " 侯 邵 孟 龙 万 段 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文 马 沙 哈 纳 虎"
).split()
_GIVEN = (
    "建疆 志远 晓燕 立新 春梅 国栋 雪莲 海涛 文博 丽娟 思远 永胜 佳宁 俊杰 雅琴 明哲 秀英 振华 晨曦 玉兰 浩然 慧敏 卫东 静怡"
    " 宏伟 婷婷 学军 若彤 光明 梦瑶 凯旋 红霞 子墨 淑芬 天宇 爱华 新民 诗涵 戈壁 绿洲 援疆 拓 岚 垦 沐阳 北川 亦晴 予安 知行"
    " 望舒 一鸣 怀瑾 清越 致远 书恒 南星 疆生 石生 和平 兰 勇 霞 敏 强 磊 洋 艳 杰 娜 涛 超 秀兰 桂花 成林 树人 修远 长青 立群"
).split()
_UYGHUR = (
    "艾力 古丽娜尔 阿不都热依木 热依汗古丽 穆合塔尔 阿依努尔 吐尔逊江 帕提古丽 买买提明 祖丽胡玛尔 艾尼瓦尔 再努尔 库尔班江"
    " 米热古丽 阿卜杜外力 阿曼古丽 伊力亚尔 海丽切姆 艾合买提江 苏比努尔 玉素甫江 迪丽努尔 卡米力 茹仙古丽 奥布力 姑扎丽努尔"
    " 亚森江 巴哈尔古丽 托合提 萨妮亚 尼加提 阿孜古丽 阿力木江 米娜瓦尔 图尔荪 凯丽比努尔"
).split()
_UYGHUR_FATHERS = (
    "斯木吐拉 买买提 吐尔逊 阿卜杜拉 艾山 托乎提 热合曼 依明 司马义 玉山 阿不力孜 库尔班 肉孜 达吾提 牙生 艾则孜 卡德尔 萨吾提"
    " 尼亚孜 赛麦提 吾守尔 伊布拉音 阿西木 居马 艾海提 巴拉提 麦麦提力"
).split()
_KAZAKH = "努尔兰 叶尔江 阿依古丽 别克扎提 古丽孜依拉 赛力克 巴合提别克 哈里扎 达吾列提 阿依登 木拉提 加依娜 胡安德克 沙吾列".split()
_KAZAKH_FATHERS = "哈德尔 别克 努尔哈孜 吐鲁汗 阿合买提 木哈什 俄木尔别克 卡生 夏木西 朱马汗 托列根 赛依提".split()
_MONGOL = (
    "巴图孟克 乌云其其格 那木吉拉 娜仁托娅 孟和巴依尔 萨仁格日乐 巴德玛 斯琴 布音 敖登高娃 其其格玛 才仁 道尔吉".split()
)
_MONGOL_CLANS = "乌力吉 巴音 孟克 陶克陶 宝力德 额尔登 布和 道力吉".split()


def names(random: Random) -> Iterator[str]:
    """One name after another, none twice, in the proportion in which the region's peoples meet in its laboratories."""
    used: set[str] = set()
    while True:
        name = _one(random)
        if name not in used:
            used.add(name)
            yield name


def _one(random: Random) -> str:
    drawn = random.random()
    if drawn < 0.60:
        return random.choice(_SURNAMES) + random.choice(_GIVEN)
    if drawn < 0.84:
        return f"{random.choice(_UYGHUR)}·{random.choice(_UYGHUR_FATHERS)}"
    if drawn < 0.93:
        return f"{random.choice(_KAZAKH)}·{random.choice(_KAZAKH_FATHERS)}"
    if drawn < 0.97:
        return random.choice(_MONGOL)
    return f"{random.choice(_MONGOL)}·{random.choice(_MONGOL_CLANS)}"
