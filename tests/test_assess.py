"""What `pm assess` says of people and departments is what somebody counting the records by hand would say."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.core.person import DEPARTMENTS
from pm_cli.flows.catalogue import claimed
from pm_cli.reports.figures.rate import rate

ZONE = make_demo.ZONE
STORY = """
== 2026-06-30
08:00 admin staff add ma.jun --name 马军 --role company_leader
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add wang.fang --name 王芳 --role receptionist
08:00 admin staff add zhang.wei --name 张伟 --role technician
08:00 admin staff add lin.hong --name 林红 --role department_manager --department environment
08:01 admin unit add 3-1502
08:01 admin unit add 5-402
== 2026-07-06 two questions: one answered at once, one after 6 hours that was promised in 3
09:00 li.na q1: consultation ask --unit 3-1502 --channel visit --content 供暖费怎么交 --answer 线上缴纳
09:00 li.na q2: consultation ask --unit 3-1502 --channel phone --content 几点能开工 --answer-by "2026-07-06 12:00"
15:00 li.na consultation answer @q2 --answer 八点
16:00 wang.fang consultation visit @q2 --way phone --result unreachable
16:30 wang.fang consultation visit @q2 --way phone --result satisfied
== 2026-07-08 a repair done, taken up again and done; the slip is back in time
09:00 li.na r1: repair receive --unit 3-1502 --channel phone --content 厨房漏水
09:05 li.na repair assign @r1 --worker zhang.wei --told 张伟上门
09:15 zhang.wei repair arrive @r1
10:00 zhang.wei repair finish @r1
10:30 zhang.wei repair rework @r1 --reason 仍漏
11:00 zhang.wei repair finish @r1
11:05 zhang.wei repair accept @r1 --signature-who 周敏 --signature-how ink
15:00 li.na repair return-slip @r1
16:00 wang.fang repair visit @r1 --way phone --result dissatisfied --remark 来了两次
== 2026-07-10 a complaint about zhang.wei, valid; one about the cleaners, invalid and closed
10:00 li.na c1: complaint receive --unit 5-402 --channel visit --content 维修工态度差 --content-class property_management
  --complained-department engineering --complained-person zhang.wei --caller-name 许静
10:05 li.na complaint report @c1 --reported-to cs_manager
11:00 li.na complaint reply @c1 --told 马上处理
11:30 li.na complaint judge @c1 --validity valid
14:00 li.na c2: complaint receive --unit 5-402 --channel phone --content 保洁没来 --complained-department environment
  --caller-name 许静
14:05 li.na complaint report @c2 --reported-to cs_manager
14:30 li.na complaint judge @c2 --validity invalid
15:00 li.na complaint explain @c2 --explanation 当日已保洁
== 2026-07-13 entered two days late; two sheets are issued by li.na, one of which comes back
10:00 li.na q3: consultation ask --unit 5-402 --channel phone --content 车位租售 --answer 见公告 --at "2026-07-11 10:00"
10:10 li.na s1: sheet fill --unit 3-1502 --channel visit --reason-kind situation --reason-for-visit 水泵噪声
  --requester-name 周敏 --requester-phone 138 --signature-who 周敏 --signature-how ink
10:15 li.na sheet issue @s1 --cs-opinion 请处理 --departments engineering
10:20 li.na s2: sheet fill --unit 5-402 --channel visit --reason-kind situation --reason-for-visit 地库积水
  --requester-name 许静 --requester-phone 138 --signature-who 许静 --signature-how ink
10:25 li.na sheet issue @s2 --cs-opinion 请处理 --departments engineering
11:00 li.na sheet receive @s1 --receiver-who 陈刚 --receiver-how ink
15:00 li.na sheet return @s1 --opinion 已办 --signatory-who 陈刚 --signatory-how ink
15:10 li.na sheet accept @s1 --opinion 满意 --signature-who 周敏 --signature-how ink
15:20 li.na sheet collect @s1
== 2026-07-20 the cause of one lies in engineering
09:00 he.jing n1: nonconformity open --source check --description 报修单字迹不清
09:10 he.jing nonconformity analyse @n1 --cause 未培训 --cause-class people --cause-department engineering
"""
NOVEMBER = datetime(2026, 11, 20, 12, tzinfo=ZONE)
OCTOBER = datetime(2026, 10, 12, 9, tzinfo=ZONE)


class Estate:
    """The ledger of the story."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pm(self, *words: str, at: datetime = NOVEMBER) -> tuple[int, str, str]:
        return make_demo.run(["--lang", "en", *words, "--ledger", str(self.root)], at)

    def json(self, *words: str, at: datetime = NOVEMBER) -> Any:
        code, out, said = self.pm(*words, "--json", at=at)
        assert code == 0, said
        return json.loads(out)

    def assess(self, *words: str) -> dict[str, Any]:
        return dict(self.json("assess", *words, "--quarter", "2026-Q3", "--why")["figures"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    root = tmp_path_factory.mktemp("assess") / "estate"
    make_demo.tell(root, STORY)
    return Estate(root)


def counts(figure: dict[str, Any]) -> tuple[int, int]:
    return figure["numerator"], figure["denominator"]


def test_look(estate: Estate) -> None:
    for words in (("person", "li.na"), ("person", "wang.fang"), ("person", "zhang.wei"), ("department", "environment")):
        print(words)
        for name, figure in estate.assess(*words).items():
            print("  ", name, counts(figure), figure["for"], figure["against"])
    print(estate.pm("assess", "person", "li.na", "--quarter", "2026-Q3", "--why"))
    print(estate.pm("assess", "--quarter", "2026-Q3"))
    print(estate.pm("duties", at=OCTOBER))
    assert 0
