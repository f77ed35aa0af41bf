"""One paid service through the command line only: price list, work order, rework, visit, batch, settlement; duties and guides."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from examples import make_demo
from pm_cli.core.limit import Limit
from pm_cli.share import share
from pm_cli.store.compiled import read_policy

ZONE = make_demo.ZONE
ORDER, FREE = "RP-261123-A01", "RP-261124-A01"
STORY = """
== 2026-11-02
08:00 admin staff add he.jing --name 何静 --role cs_manager
08:00 admin staff add zhou.li --name 周丽 --role centre_director
08:00 admin staff add sun.li --name 孙丽 --role dispatcher
08:00 admin staff add li.na --name 李娜 --role receptionist
08:00 admin staff add xu.jing --name 许静 --role archivist
08:00 admin staff add qin.xue --name 秦雪 --role finance
08:00 admin staff add wang.gang --name 王刚 --role technician
08:01 admin unit add 3-1502
08:05 he.jing price add SD-01 --item 更换灯管 --amount 15 --per 支 --item-class simple
== 2026-11-23 the request, accepted by the price list; a worker for tomorrow
09:00 li.na r: repair receive --unit 3-1502 --channel phone --content 更换灯管 --service-kind paid_special
  --price-item SD-01 --appointment '2026-11-24 09:00' --caller-name 王强 --caller-phone 13800000000
09:05 sun.li repair assign @r --worker wang.gang --told 明早九点
09:10 wang.gang repair acknowledge @r
== 2026-11-24 work, a check that fails, rework; the order is written off and goes to dispatch
08:40 wang.gang repair draw @r --material 灯管=2 --tool 人字梯=1 --store-slip LY-7
08:55 wang.gang repair arrive @r
09:00 wang.gang repair quote @r --quantity 2
09:02 wang.gang repair accept-quote @r
09:20 wang.gang repair finish @r --work-done 更换灯管两支
09:22 wang.gang repair check @r --guide lamp --value flashes=2
09:25 wang.gang repair rework @r --reason 一支仍闪
09:40 wang.gang repair finish @r --work-done 更换镇流器
09:42 wang.gang repair check @r --guide lamp --value ballast=replaced --value flashes=1
09:45 wang.gang repair accept @r --test-result 点亮 --opinion 满意 --signature-who 王强
10:30 wang.gang repair give-back @r --tool 人字梯=1
10:40 sun.li repair write-off @r
11:00 li.na f: repair receive --unit 3-1502 --channel phone --content 门把手松动
11:02 sun.li repair assign @f --worker wang.gang --told 马上来
11:20 wang.gang repair arrive @f
11:30 wang.gang repair finish @f
11:32 wang.gang repair accept @f --signature-who 王强
11:40 li.na repair return-slip @f
"""
EVENING = """
17:20 li.na b: order-batch hand-over
17:28 sun.li order-batch take-over @b
17:29 sun.li repair hand-copy @r --copy finance --place finance
== 2026-11-26
10:00 li.na repair visit @r --way phone --result satisfied
== 2026-11-30 month-end
16:00 qin.xue m: charge-month draw-up --month 2026-11
16:10 qin.xue charge-month check @m
== 2026-12-01
09:00 sun.li q: order-batch bundle --month 2026-11
09:10 xu.jing order-batch take-over @q
10:00 zhou.li charge-month approve @m
11:00 qin.xue charge-month put-on-notice @m --notice 12月物业费通知单
"""
AFTER = """
== 2026-12-08
15:00 qin.xue repair pay @r --paid 30 --method monthly_notice --receipt SJ-12
"""


def pm(root: Path, *words: str, at: datetime) -> str:
    code, out, said = make_demo.run(["--lang", "en", *words, "--ledger", str(root)], at)
    assert code == 0, said
    return out


def seen(root: Path, *words: str, at: datetime) -> Any:
    return json.loads(pm(root, *words, "--json", at=at))


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def owed(root: Path, when: datetime) -> list[tuple[str, str]]:
    mine = {"order_batch", "order_bundle", "charge_month"}
    return [(one["duty"], one["period"]) for one in seen(root, "duties", at=when) if one["duty"] in mine]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger at noon, with two orders written off and none handed over."""
    root = tmp_path_factory.mktemp("paid") / "estate"
    make_demo.tell(root, STORY)
    return root


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger after the fee was paid."""
    root = tmp_path_factory.mktemp("settled") / "estate"
    make_demo.tell(root, STORY + EVENING + AFTER)
    return root


def test_from_the_call_to_the_archive(settled: Path) -> None:
    """WORK-34, WORK-13, WORK-22, WORK-24, WORK-27: every state was passed, and nothing was typed twice."""
    order = seen(settled, "show", ORDER, at=at(9, 9, month=12))
    fields = order["fields"]
    assert (order["state"], fields["amount"], fields["settlement"], fields["paid"]) == (
        "closed",
        "30.00",
        "monthly",
        "30.00",
    )
    assert (fields["standard"], fields["priority"], fields["reworks"]) == ("更换灯管 15.00/支", "simple", "1")
    assert fields["check"] == "passed"
    assert fields["order_copies"] == {"owner": "owner", "cs_filing": "dispatch", "finance": "finance"}


def test_the_day_goes_to_dispatch_and_a_missed_hour_is_seen(worked: Path, settled: Path) -> None:
    """CAL-05: with orders in no batch the duty is owed from the hour on; once handed over nobody owes it."""
    assert owed(worked, at(24, 17, 29))[0] == ("order_batch", "2026-11-24")
    assert ("order_batch", "2026-11-24") not in owed(settled, at(24, 18))
    batch = seen(settled, "list", "order_batch", "--state", "taken_over", at=at(2, 9, month=12))
    assert len(batch) == 2


def test_what_came_in_after_the_hour_is_owed_the_next_day(worked: Path, tmp_path: Path) -> None:
    """CAL-05: half past five cuts the day (AMB-46)."""
    root = Path(shutil.copytree(worked, tmp_path / "estate"))
    pm(root, "order-batch", "hand-over", "--as", "li.na", at=at(24, 17, 0))
    words = ("--unit", "3-1502", "--channel", "phone", "--content", "灯闪", "--json")
    late = json.loads(pm(root, "repair", "receive", *words, "--as", "li.na", at=at(24, 17, 5)))["id"]
    pm(root, "repair", "assign", late, "--worker", "wang.gang", "--as", "sun.li", at=at(24, 17, 6))
    pm(root, "repair", "return-slip", late, "--as", "li.na", at=at(24, 17, 45))
    assert [period for duty, period in owed(root, at(24, 18)) if duty == "order_batch"] == ["2026-11-25"]


def test_the_months_papers_and_charges_are_duties(worked: Path, settled: Path) -> None:
    """CAL-21, CAL-22: owed until the bundle is handed over and the report is drawn up."""
    month = {("order_bundle", "2026-11"), ("charge_month", "2026-11")}
    assert month <= set(owed(worked, at(2, 9, month=12)))
    assert not month & set(owed(settled, at(2, 9, month=12)))


ENTERED_LATE = """
== 2026-12-01
12:00 li.na l: repair receive --unit 3-1502 --channel phone --content 换插座 --at '2026-11-30 15:00'
12:01 sun.li repair assign @l --worker wang.gang --standard 插座20元 --at '2026-11-30 15:05'
12:02 wang.gang repair arrive @l --at '2026-11-30 15:20'
12:03 wang.gang repair quote @l --amount 20 --at '2026-11-30 15:22'
12:04 wang.gang repair accept-quote @l --at '2026-11-30 15:23'
12:05 wang.gang repair finish @l --at '2026-11-30 15:40'
12:06 wang.gang repair accept @l --signature-who 王强 --at '2026-11-30 15:45'
"""


def test_a_fee_in_no_charge_report_is_owed(tmp_path: Path) -> None:
    """CAL-22, WORK-30: entered when the report of its month was approved already; the next report takes it in."""
    make_demo.tell(tmp_path / "estate", STORY + EVENING + ENTERED_LATE)
    assert ("charge_month", "2026-11") in owed(tmp_path / "estate", at(2, 9, month=12))


def test_the_lines_of_the_fee_notices(settled: Path) -> None:
    """WORK-32, FEE-14: work order and amount by flat, of what goes on the notices, and what was paid of it."""
    (line,) = seen(settled, "charge-month", "lines", "CM-261130-A01", at=at(9, 9, month=12))
    assert line == {
        "unit": "3-1502",
        "order": ORDER,
        "accepted_on": "2026-11-24",
        "standard": "更换灯管 15.00/支",
        "amount": "30.00",
        "paid": "30.00",
    }
    assert "3-1502" in pm(settled, "charge-month", "lines", "CM-261130-A01", at=at(2, 9, month=12))


def test_the_special_service_register(settled: Path) -> None:
    """WORK-14: what is in the management contract does not stand in it."""
    page = pm(settled, "book", "special_services", "--month", "2026-11", at=at(2, 9, month=12))
    assert ORDER in page
    assert FREE not in page


@pytest.mark.parametrize("format", ["html", "md"])
def test_the_papers(settled: Path, format: str) -> None:
    """WORK-17, WORK-29, WORK-30: the work order with all its copies, the charge report with its sums."""
    order = pm(settled, "print", ORDER, "--format", format, "--as", "sun.li", at=at(2, 9, month=12))
    assert all(text in order for text in (ORDER, "更换灯管", "13800000000", "30.00", "王强", "人字梯=1"))
    assert order.count("finance") >= 1
    report = pm(settled, "print", "CM-261130-A01", "--format", format, "--as", "qin.xue", at=at(2, 9, month=12))
    assert all(text in report for text in ("2026-11", "30.00", "qin.xue", ORDER))


@pytest.mark.parametrize(
    ("name", "rule", "item", "limit"),
    [
        ("lamp", "WORK-35", "flashes", "at most 3 times"),
        ("switch", "WORK-36", "test_voltage", "is 500"),
        ("tap", "WORK-37", "thread", "is no"),
        ("water_heater", "WORK-38", "ignitions", "3 to 5 times"),
        ("cooker", "WORK-39", "leak", "is no"),
        ("cistern", "WORK-40", "outlet", "is ok, adjusted, replaced"),
        ("air_conditioner", "WORK-41", "low_pressure.ambient_30", "0.49 to 0.54 MPa"),
        ("pipe", "WORK-42", "vertical_deviation", "under 2 mm"),
    ],
)
def test_the_guides_are_read_at_the_terminal(worked: Path, name: str, rule: str, item: str, limit: str) -> None:
    """WORK-35, WORK-36, WORK-37, WORK-38, WORK-39, WORK-40, WORK-41, WORK-42: all of them, and each with its limits."""
    assert (name, rule) in {(one["name"], one["rule"]) for one in seen(worked, "repair", "guide", at=at(24, 12))}
    assert limit in {
        one["limit"] for one in seen(worked, "repair", "guide", name, at=at(24, 12)) if one["name"] == item
    }


def test_a_guide_nobody_wrote(worked: Path) -> None:
    code, _out, said = make_demo.run(["repair", "guide", "roof", "--lang", "en", "--ledger", str(worked)], at(24, 12))
    assert code == 3
    assert "There is no guide roof" in said


def test_every_limit_that_ships_can_be_read_and_names_its_neighbours() -> None:
    """WORK-35, WORK-42: a guide that cannot be judged would be found here, not in the home."""
    policy = read_policy(share("ledger"))
    guides = {key.partition(".")[0] for key in policy if key.startswith("guide_")}
    assert len(guides) == 8
    for key, entry in policy.items():
        system, _dot, item = key.partition(".")
        if system not in guides:
            continue
        for said in entry["values"].values():
            text = str(said["value"])
            if item in {"accept", "urgent"}:
                assert all(f"{system}.{name.strip()}" in policy for name in text.split(",")), key
                continue
            limit = Limit.parse(text)
            names = [bound for bound in (limit.least, limit.most, limit.below) if bound and not bound[0].isdigit()]
            assert all(f"{system}.{name}" in policy for name in names), key


@pytest.mark.parametrize("text", ["at most", "between 1 and 2", "3 to", ""])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(ValueError, match="is not a limit"):
        Limit.parse(text)


REPAIRED_AGAIN = """
== 2026-11-25
10:00 li.na repair visit @f --way phone --result dissatisfied
10:10 he.jing n: nonconformity open --request @f --source return_visit --description 把手又松了
10:12 he.jing nonconformity report @n --reported-to zhou.li
10:20 he.jing nonconformity analyse @n --cause 螺丝过短 --cause-class material --cause-department engineering
10:30 he.jing nonconformity plan @n --correction 换长螺丝 --corrective-action 领料改用长螺丝 --preventive-action 更新备料清单
  --accountable wang.gang --due '2026-11-28 17:00'
10:40 sun.li repair assign @f --worker wang.gang --told 今天再来
11:00 wang.gang repair arrive @f
11:20 wang.gang repair finish @f --work-done 换长螺丝
11:25 wang.gang repair accept @f --signature-who 王强 --test-result 牢固
11:30 wang.gang nonconformity carry-out @n --result 已更换并更新清单
== 2026-11-26
09:00 li.na repair return-slip @f
09:10 sun.li repair write-off @f
10:00 li.na repair visit @f --way phone --result satisfied
11:00 he.jing nonconformity verify @n --verification effective --opinion 牢固 --verification-signature-who 何静
11:10 he.jing nonconformity close @n --location 质量记录
"""


def test_a_bad_answer_comes_back_as_work_and_ends_verified(tmp_path: Path) -> None:
    """RV-21, NC-01: the request is reopened, done again and visited again; the report is verified by who did not do it."""
    root = tmp_path / "estate"
    make_demo.tell(root, STORY + REPAIRED_AGAIN)
    repair = seen(root, "show", FREE, at=at(26, 12))
    done = [event["do"] for event in repair["events"]]
    assert done.count("visit") == 2
    assert done.index("visit") < done.index("reopen") < len(done) - 1 - done[::-1].index("visit")
    (report,) = seen(root, "list", "nonconformity", at=at(26, 12))
    assert report["state"] == "closed"
    figures = seen(root, "stats", "--month", "2026-11", at=at(26, 12))
    assert figures["total"]["reopened"] == 2, (
        "the rework of the first order, and this one once: visit and reopening are one"
    )
