"""A synthetic ledger of any size, for measuring only: the same mix for every size, deterministic.

Requests spread over the two years before today; one in ten is open, of the open ones about half are overdue.
"""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pm_cli import kinds
from pm_cli.core.codec_write import dump
from pm_cli.core.event import Event
from pm_cli.core.fold import refold
from pm_cli.core.ident import Number
from pm_cli.core.record import Record
from pm_cli.core.times import stored
from pm_cli.store import git
from pm_cli.store.starter import Start, begin

if TYPE_CHECKING:
    from pm_cli.core.codec import Node

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = 730
STAFF = ("li.na", "qian.yu", "liu.min", "wang.gang", "sun.li")
WORDS = ("厨房漏水", "走廊灯不亮", "电梯异响", "楼上噪音", "门锁打不开", "下水道堵塞", "车位被占", "暖气不热")
CHANNELS = ("phone", "visit", "wechat", "online")


@dataclass(frozen=True)
class Plan:
    """What one record is to be."""

    kind: str
    day: date
    number: int
    seed: int
    today: datetime


def units(count: int) -> list[str]:
    """Flats of an estate that fits the number of records."""
    homes = max(20, min(3000, count // 20))
    return [f"{1 + n % 20}-{n // 20 // 4 + 1}0{n // 20 % 4 + 1}" for n in range(homes)]


def plans(count: int, today: datetime) -> list[Plan]:
    """One plan per record, in the order of their days."""
    chance = random.Random(20240131)
    found = []
    numbers: dict[date, int] = {}
    for index in range(count):
        day = (today - timedelta(days=DAYS - index * DAYS // count)).date()
        numbers[day] = numbers.get(day, 0) + 1
        kind = chance.choices(("repair", "complaint", "consultation"), (60, 30, 10))[0]
        found.append(Plan(kind, day, numbers[day], chance.getrandbits(32), today))
    return found


def record(plan: Plan, homes: list[str]) -> tuple[str, bytes]:
    """Path and content of one record."""
    chance = random.Random(plan.seed)
    is_open = chance.random() < 0.10
    if is_open:
        promised = plan.today + timedelta(days=chance.randrange(-60, 61), hours=chance.randrange(8))
    at = datetime(plan.day.year, plan.day.month, plan.day.day, 8, tzinfo=ZONE) + timedelta(
        minutes=chance.randrange(600)
    )
    at = min(at, plan.today - timedelta(hours=4))
    if not is_open:
        promised = at + timedelta(days=chance.choice((1, 2, 3, 7)))
    kind = kinds.load(plan.kind)
    number = Number(kind.declared.prefix, plan.day, "A", plan.number)
    made = Record(str(number), plan.kind)
    content = f"{chance.choice(WORDS)}，{chance.choice(WORDS)}"
    common: dict[str, Node] = {
        "unit": chance.choice(homes),
        "channel": chance.choice(CHANNELS),
        "content": content,
        "caller": {"phone": made.commit_to(f"138{chance.randrange(10**8):08d}", f"{plan.seed:032x}")},
    }
    step = partial(_step, made, chance)
    match plan.kind:
        case "repair":
            step("receive", at, {**common, "priority": "ordinary", "finish_by": stored(promised)})
            at = step("assign", at + timedelta(minutes=10), {"worker": "wang.gang", "told": "师傅二十分钟内到"})
            if is_open:
                at = step("arrive", at + timedelta(minutes=chance.randrange(20, 50)), {})
                step("return_slip", at + timedelta(minutes=20), {})
            else:
                at = step("finish", at + timedelta(hours=chance.randrange(1, 20)), {"work_done": "已修好"})
                step("close", at + timedelta(hours=2), {"reason": "duplicate"}, "liu.min")
        case "complaint":
            step("receive", at, {**common, "reply_by": stored(promised)})
            at = step("judge", at + timedelta(minutes=20), {"validity": "valid"})
            if is_open:
                at = step("report", at + timedelta(minutes=5), {"reported_to": "cs_manager"})
                step("forward", at + timedelta(minutes=20), {"departments": ["engineering"], "plan": "关阀更换"})
                step("progress", plan.today - timedelta(hours=1), {"told": "正在处理"})
            else:
                at = step("handle", at + timedelta(hours=chance.randrange(1, 60)), {"result": "已处理"})
                at = step("tell_outcome", at + timedelta(hours=1), {"outcome": "已告知"})
                step("close", at + timedelta(hours=2), {"reason": "住户满意"}, "liu.min")
        case _:
            step("ask", at, {**common, "answer_by": stored(promised)})
            if not is_open:
                at = step("answer", at + timedelta(hours=chance.randrange(1, 40)), {"answer": "已答复"})
                step("close", at + timedelta(hours=1), {}, "liu.min")
    folded = refold(kind, made)
    assert not folded.illegal, (plan.kind, folded.illegal)
    return f"{number.folder}/{number}.yaml", dump(made.to_node())


def _step(made: Record, chance: random.Random, do: str, at: datetime, given: dict[str, Node], by: str = "") -> datetime:
    made.append(Event(stored(at), stored(at + timedelta(minutes=2)), by or chance.choice(STAFF), do, given))
    return at


def standing(kind: str, code: str, at: datetime, given: dict[str, Node]) -> tuple[str, bytes]:
    """A registered unit, key or member of staff."""
    made = Record(code, kind)
    made.append(Event(stored(at), stored(at), "admin", "add", {"code": code, **given}))
    refold(kinds.load(kind), made)
    return f"register/{kind}/{code}.yaml", dump(made.to_node())


def build(root: Path, count: int, today: datetime) -> None:
    """Make a ledger of `count` requests with its units and staff, committed to git."""
    ledger = begin(root, Start("基准小区", "A", language="en"))
    homes = units(count)
    opening = today - timedelta(days=DAYS + 30)
    files = dict(standing("unit", code, opening, {"use": "home"}) for code in homes)
    for login, role in zip(
        STAFF, ("receptionist", "receptionist", "cs_supervisor", "technician", "dispatcher"), strict=True
    ):
        path, content = standing("staff", login, opening, {"name": login, "role": [role]})
        files[path] = content
    with ProcessPoolExecutor() as pool:
        files.update(pool.map(partial(record, homes=homes), plans(count, today), chunksize=500))
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    repository = ledger.git
    assert repository is not None
    repository.commit(files, f"bench: {count} records\n", git.Author("admin", "admin@pm"), today)
    repository.tidy()
