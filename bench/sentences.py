"""Invented sentences about invented people, and tips made of them with their words, terms and signs."""

import random
from collections import deque

from huiyin.kit.crypto.blind import lexeme
from huiyin.kit.text.segment import index_tokens
from huiyin.leads.matching.similarity import TERMS, sign

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎"
GIVEN = "伟强军磊勇涛明超刚平辉鹏华飞鑫波斌浩凯健俊帆旭宁龙林海山仁义德福贵全友祥顺生发财金银铜铁石松柏"
PLACE_A = (
    "河东河西城南城北老街新街金桥白马黄兴龙泉青山石桥长岭双江花园东湖西湖南塘北塘高岭梅溪沙坪铁炉杨柳柏树云盘罗家周家"
)
PLACE_B = [
    "建材市场",
    "农贸市场",
    "采石场",
    "码头",
    "客运站",
    "夜市",
    "工地",
    "小区",
    "村委会",
    "洗浴中心",
    "茶楼",
    "停车场",
    "物流园",
    "养殖场",
]
WHO = [
    "几个人",
    "一伙人",
    "村干部",
    "包工头",
    "物业的人",
    "放贷的",
    "看场子的",
    "老板的亲戚",
    "自称管事的",
    "外地来的一帮人",
]
DOES = [
    "每月向摊主收取卫生费，不给就砸摊子",
    "强行揽下沙石运输，别人的车不让进",
    "放高利贷，利滚利，还不上就扣车扣人",
    "围标串标，让别的公司退出竞标",
    "半夜上门泼油漆，堵锁眼，恐吓家人",
    "霸占集体土地，砍伐林木，没有人敢说",
    "开设赌场，抽头放码，雇人放哨",
    "强迫商户购买他们的货，价格高出一倍",
    "殴打前来讨薪的工人，并把人关在仓库里",
    "非法采砂，破坏河堤，夜里偷运",
    "强占车位收费，不交就划车",
    "冒领补贴和扶贫款，账目从不公开",
]
MORE = [
    "我们多次向有关部门反映，一直没有解决",
    "派出所来过一次，没有立案",
    "附近的居民敢怒不敢言",
    "已经有三户人家被迫搬走",
    "有录音和照片可以提供",
    "希望领导重视，还百姓一个公道",
    "这件事从前年开始，越来越严重",
    "他们说上面有人，告到哪里都没用",
    "被打的人住院半个月，医药费没有着落",
    "请为举报人保密",
    "听说背后有干部撑腰",
    "家里的老人孩子都受到惊吓",
]
RARE = "貔貅龘鑫"
"""In one tip of a hundred thousand: what a rare word costs to find."""
RETOLD = 0.05


class Texts:
    """Makes tips from sentences that are cut and hashed once."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lately: deque[tuple[str, str, str]] = deque(maxlen=500)
        self.cut: dict[str, tuple[list[tuple[str, int]], int]] = {}
        self.signs: dict[str, list[tuple[int, int]]] = {}

    def matter(self) -> tuple[str, str, str]:
        """A narrative, its person's name and its place; one in twenty tells of a matter that another told lately."""
        c = self.chance
        if self.lately and c.random() < RETOLD:
            told, name, place = c.choice(self.lately)
            rest = c.sample(MORE, 2)
            made = f"{place}，{told.split('，')[2]}，为首的叫{name}，{'，'.join(rest)}。", name, place
        else:
            made = self.tip()
        self.lately.append(made)
        return made

    def tip(self) -> tuple[str, str, str]:
        """A narrative, its person's name and its place."""
        c = self.chance
        name = c.choice(SURNAMES) + c.choice(GIVEN) + c.choice(GIVEN)
        at = c.randrange(0, len(PLACE_A), 2)
        place = f"{PLACE_A[at : at + 2]}{c.choice(GIVEN)}{c.choice(PLACE_B)}"
        sentences = [f"{place}", f"{c.choice(WHO)}", c.choice(DOES), f"为首的叫{name}"]
        sentences += c.sample(MORE, min(len(MORE), 1 + int(c.expovariate(0.5))))
        if c.random() < 0.3:
            sentences.append(f"电话1{c.randrange(3, 10)}{c.randrange(10**8, 10**9)}")
        if c.random() < 1e-5:
            sentences.append(f"门口写着{RARE}")
        return "，".join(sentences) + "。", name, place

    def document(self, text: str) -> str:
        """The literal of the tsvector, as `search.document` writes it for a narrative alone."""
        found: dict[str, list[str]] = {}
        position = 1
        for sentence in text.rstrip("。").split("，"):
            if sentence not in self.cut:
                tokens, end = index_tokens(sentence, 0)
                kept = ([(lexeme(token), place) for token, place in tokens], end)
                if len(self.cut) < 50_000:
                    self.cut[sentence] = kept
            else:
                kept = self.cut[sentence]
            for word, place in kept[0]:
                found.setdefault(word, []).append(str(position + place))
            position += kept[1]
        return " ".join(f"'{word}':{','.join(places)}" for word, places in found.items())

    def terms(self, text: str) -> list[tuple[int, int]]:
        """The most distinctive terms with their weights, as `similarity.sign` finds them sentence by sentence."""
        found: dict[int, int] = {}
        for sentence in text.rstrip("。").split("，"):
            if sentence not in self.signs:
                its = sign(sentence)
                kept = list(zip(its.terms, its.weights, strict=True))
                if len(self.signs) < 50_000:
                    self.signs[sentence] = kept
            else:
                kept = self.signs[sentence]
            found.update(kept)
        return sorted(found.items(), key=lambda one: -abs(one[1]))[:TERMS]
