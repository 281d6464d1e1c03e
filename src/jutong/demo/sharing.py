"""Who asks whom for what: calling systems, requests in every state, the grants and disputes that follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from jutong.delivery.sharing import api as sharing
from jutong.delivery.sharing.values import Consent, DisputeKind, Quota, Refusal, Wish
from jutong.demo import databases, disputes, people, region
from jutong.demo.moments import Past
from jutong.demo.staff import Staff
from jutong.foundation.procedures import api as procedures
from jutong.foundation.procedures.values import SchemeStep, Seat
from jutong.kernel.codes.sharing import ShareType
from jutong.kernel.policy import Post
from jutong.registry.accounts import api as accounts
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource

SYSTEMS = {
    "mzt": "社会救助信息系统", "rst": "就业和社会保险经办系统", "gat": "一体化户政服务系统", "ybj": "医保公共服务平台",
    "wjw": "全民健康信息平台", "scjgj": "企业开办一网通", "swj": "电子税务局协同系统", "fgw": "投资项目在线审批平台",
    "jyt": "义务教育入学服务系统", "zjt": "住房保障管理系统", "jtt": "道路运政管理系统", "yjt": "安全生产监管系统",
    "sthjt": "排污许可管理系统", "zrzyt": "不动产登记系统", "cl": "残疾人服务平台", "czt": "惠民惠农补贴系统",
    "tyjrt": "优抚对象核验系统", "nngjj": "公积金综合业务系统", "lzmzj": "高龄津贴审核系统", "gljtj": "网约车许可系统",
    "nndsjj": "爱南宁政务服务", "bsgaj": "流动人口服务系统",
}  # fmt: skip

_MATTERS = ("最低生活保障对象认定", "企业开办登记", "社会保险待遇资格核验", "入学资格审核", "公租房资格审核",
            "道路运输经营许可", "惠民补贴发放核对", "不动产转移登记", "安全生产许可", "异地就医备案")  # fmt: skip
_BASES = ("《社会救助暂行办法》第四十五条", "《优化营商环境条例》第三十七条", "《中华人民共和国社会保险法》第七十五条",
          "部门“三定”规定和行政权力清单", "《中华人民共和国行政许可法》第三十条")  # fmt: skip

GRANTED = 26
"""How many requests for mounted resources were granted, at once or by the procedure."""

INSIDE = "jyt"
"""The department that looks at its requests itself before they leave it."""


@dataclass(frozen=True, slots=True)
class Fate:
    """How far a request has come, and how many working days ago it was submitted; how far its dispute has, if any."""

    steps: tuple[str, ...]
    submitted: int
    dispute: tuple[str, ...] = ()
    disputed: int = 0


_REFUSED = ("forward", "refuse", "push")


_OPEN = (
    Fate((), 1),
    Fate((), 2),
    Fate((), 6),
    Fate(("forward",), 3),
    Fate(("forward",), 5),
    Fate(("forward",), 6),
    Fate(("forward",), 13),
    Fate(("forward",), 22),
    Fate(("forward", "consent"), 6),
    Fate(("forward", "consent"), 12),
    Fate(("forward", "refuse"), 7),
)
_ENDED = (
    Fate(("reject",), 18),
    Fate(("reject",), 33),
    Fate(("withdraw",), 9),
    Fate(("forward", "withdraw"), 27),
    Fate(_REFUSED, 30),
)
_RETURNED = (
    Fate(("send_back",), 4),
    Fate(("send_back", "complete"), 5),
    Fate(("forward", "ask_completion"), 6),
    Fate(("send_back", "complete", "forward", "consent"), 9),
)
_IN_FAVOUR = ("forward", "consent", "push")


@dataclass(frozen=True, slots=True)
class Client:
    """A calling system: its number, its key, and the department it belongs to by slug."""

    number: str
    key_id: str
    department: str


def register_clients(staff: Staff, past: Past) -> dict[str, Client]:
    """One calling system a consumer, with a key; by slug."""
    made = {}
    for place, department in enumerate(people.CONSUMERS):
        steward = staff.subject(Post.DATA_STEWARD, department)
        at = past.at(90 - place, 11, 5)
        client = accounts.create_client(name=SYSTEMS[department], by=steward, at=at)
        key = accounts.issue_key(client_no=client.client_no, by=steward, at=at)
        made[department] = Client(client.client_no, key.key_id, department)
    return made


def ask(staff: Staff, past: Past, codes: Mapping[str, str], clients: Mapping[str, Client]) -> int:
    """All requests of the region, in the order of their days; how many there are."""
    random = Random("requests")
    asked = 0
    for department, code, fate in sorted(_plan(random, codes, clients), key=lambda planned: -planned[2].submitted):
        asked += _Request(staff, past, clients[department], catalogue.get_resource(code), random).go(fate)
    prepare_inside(staff, past, _nobodys(codes), clients[INSIDE])
    return asked + 1


def _nobodys(codes: Mapping[str, str]) -> str:
    """A published resource of the last ones in the table that can be asked for, for the request that is prepared."""
    return next(
        codes[entry.content.title]
        for entry in reversed(region.entries())
        if entry.content.title in codes
        and entry.content.sharing_type is ShareType.CONDITIONAL
        and entry.department != INSIDE
    )


def _plan(random: Random, codes: Mapping[str, str], clients: Mapping[str, Client]) -> Iterator[tuple[str, str, Fate]]:
    """Which department asks for which resource, and how it went."""
    slugs = {entry.content.title: entry.department for entry in region.entries()}
    mounted = [title for title, _ in databases.MOUNTED if title in codes]
    pairs = [(d, t) for t in mounted for d in clients if d != slugs[t]]
    random.shuffle(pairs)
    for place, (department, title) in enumerate(pairs[:GRANTED]):
        # One of them finds that what it gets is not as it is catalogued.
        dispute = (("raise", "state"), 4) if place == 3 else ((), 0)
        yield department, codes[title], Fate(_IN_FAVOUR, 62 - place % 45, *dispute)
    others = [
        entry
        for entry in region.entries()
        if entry.content.title in codes
        and entry.content.title not in mounted
        and entry.content.sharing_type is ShareType.CONDITIONAL
    ]
    random.shuffle(others)
    for fate, entry in zip((*_OPEN, *_ENDED, *_RETURNED), others, strict=False):
        consumers = [department for department in clients if department != entry.department]
        yield random.choice(consumers), codes[entry.content.title], fate
    plain = (*_OPEN, *_ENDED, *_RETURNED)
    # What is disputed goes to departments that have somebody to coordinate.
    coordinated = [entry for entry in others[len(plain) :] if entry.department in people.COORDINATORS]
    for (steps, back), entry in zip(disputes.WAYS, coordinated, strict=False):
        consumer = random.choice([department for department in clients if department != entry.department])
        yield consumer, codes[entry.content.title], Fate(_REFUSED, back + 10, steps, back)


class _Request:
    """One request on its way."""

    def __init__(self, staff: Staff, past: Past, client: Client, resource: Resource, random: Random):
        self.staff, self.past, self.client, self.resource, self.random = staff, past, client, resource, random
        slugs = {uscc: slug for slug, uscc in staff.usccs.items()}
        self.slug = slugs[resource.provider_uscc]
        self.provider = staff.subject(Post.DATA_STEWARD, self.slug)
        self.consumer = staff.subject(Post.DATA_STEWARD, client.department)

    def go(self, fate: Fate) -> int:
        """Ask, and take the steps; 0 when there was nothing to ask for."""
        back = fate.submitted
        wish = self._wish(back)
        try:
            number = self._send(wish, back)
        except (sharing.AlreadyGranted, sharing.CannotBeRequested):
            return 0
        if not self.at_once:
            for step in fate.steps:
                back = max(1, back - self.random.choice((1, 1, 2) if step != "consent" else (1, 2, 3, 4, 6)))
                self._take(step, number, wish, back)
        if fate.dispute:
            kind = DisputeKind.REFUSED if fate.steps == _REFUSED else DisputeKind.DATA_WRONG
            quarrel = disputes.Quarrel(self.staff, self.past, number, self.consumer, self.provider, self.slug)
            quarrel.go(fate.dispute, fate.disputed, kind)
        return 1

    def ask(self, back: int) -> str:
        """Ask, and leave it to the others; the request's number."""
        return self._send(self._wish(back), back)

    def _send(self, wish: Wish, back: int) -> str:
        at = self.past.at(back, 9 + self.random.randrange(8), self.random.randrange(60))
        return sharing.request_resource(resource_code=self.resource.code, wish=wish, by=self.consumer, at=at)

    @property
    def at_once(self) -> bool:
        unconditional = self.resource.sharing_type is ShareType.UNCONDITIONAL
        return unconditional and not self.resource.controlled_parameters

    def _wish(self, back: int) -> Wish:
        random = self.random
        items = [item for item in self.resource.items if item.data_type != "G"]
        controlled = {parameter.column for parameter in self.resource.controlled_parameters}
        columns = [item.column_name for item in items if item.column_name in controlled or random.random() < 0.7]
        matter = random.choice(_MATTERS)
        return Wish(
            client_no=self.client.number,
            columns=tuple(columns or [items[0].column_name]),
            purpose_kind=random.choice(self.resource.content.use_purposes),
            purpose=f"用于{matter}时核对{self.resource.title}，减少申请人提交材料。",
            legal_basis=random.choice(_BASES),
            until=self.past.workday(back) + timedelta(days=random.choice((365, 365, 730))),
            quota=Quota(random.choice((5, 10, 20)), random.choice((2_000, 5_000, 20_000))),
            matter=matter,
        )

    def _take(self, step: str, number: str, wish: Wish, back: int) -> None:
        at = self.past.at(back, 17, self.random.randrange(30))
        reviewer = self.staff.reviewer
        if step == "forward":
            sharing.forward(request_no=number, by=reviewer, at=at)
        elif step == "reject":
            sharing.reject(request_no=number, remark="申请依据未引用具体条款，请补充后重新申请。", by=reviewer, at=at)
        elif step in ("send_back", "ask_completion"):
            by = reviewer if step == "send_back" else self.provider
            remark = "请补充引用的条款，并说明具体业务场景和联系人。"
            sharing.send_back(request_no=number, gaps=["basis_missing", "purpose_unclear"], remark=remark, by=by, at=at)
        elif step == "complete":
            sharing.complete(
                request_no=number,
                remark="已补充条款和业务场景。",
                legal_basis=self.random.choice(_BASES),
                by=self.consumer,
                at=at,
            )
        elif step == "withdraw":
            sharing.withdraw(request_no=number, remark="改用已发布的同类资源。", by=self.consumer, at=at)
        elif step == "consent":
            columns = wish.columns if self.random.random() < 0.7 else wish.columns[: max(1, len(wish.columns) - 1)]
            controlled = [p.column for p in self.resource.controlled_parameters if p.column in wish.columns]
            kept = tuple(column for column in wish.columns if column in {*columns, *controlled})
            masks = sharing.default_masks(self.resource, kept)
            sharing.consent(request_no=number, consent=Consent(kept, masks), by=self.provider, at=at)
        elif step == "refuse":
            refusal = Refusal(
                "beyond_minimum",
                "申请的数据项超出办理该事项的最小必要范围，可改为核验方式申请。",
                "《中华人民共和国个人信息保护法》第六条",
            )
            sharing.refuse(request_no=number, refusal=refusal, by=self.provider, at=at)
        else:
            sharing.push(request_no=number, by=reviewer, at=at)


def prepare_inside(staff: Staff, past: Past, code: str, client: Client) -> str:
    """A department has laid down its own steps before it asks; one request goes round it. Gives its number."""
    staff_of = {post: staff.subject(post, client.department) for post in (Post.DATA_STEWARD, Post.DATA_COORDINATOR)}
    procedures.lay_down_scheme(
        organisation=staff.usccs[client.department],
        kind="sharing.request",
        steps=[SchemeStep("分管处室审核", (Seat(Post.DATA_COORDINATOR),))],
        by=staff_of[Post.DATA_COORDINATOR],
        at=past.at(2, 9, 30),
    )
    asking = _Request(staff, past, client, catalogue.get_resource(code), Random("inside"))
    return asking.ask(1)


def revoke_some(staff: Staff, past: Past) -> int:
    """Two grants were withdrawn before their time; how many."""
    found = sharing.live_grants(at=past.now)[5:30:18]
    for grant in found:
        sharing.revoke(
            grant_no=grant.grant_no, reason="调用系统已停用，收回授权。", by=staff.reviewer, at=past.at(3, 15, 20)
        )
    return len(found)
