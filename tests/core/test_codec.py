"""Records load right or are refused with their line, and are written in one way; ruamel.yaml is the judge."""

from __future__ import annotations

import pickle
import re
import sys
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pm_cli.core import codec, codec_write
from pm_cli.core.codec import MAX_BYTES, MAX_DEPTH, MAX_LINES, CodecError, Node, line_of, load
from pm_cli.core.codec_write import dump

RECORD = """\
id: KL-261121-A07
kind: key_loan
state: out
count: 2
borrower:
  name: "#9b1c5f"
  department: engineering
purpose: 水管检修
due: 2026-11-21T17:00:00+08:00
private:
  "#9b1c5f":
    salt: 6f1d2c
    value: 王强
remark: |-
  借用人说:

    - 明早归还
events:
- id: 5f1c0b9e7d3a4c2f8e6b1a0d9c7f5e31
  prev: []
  at: 2026-11-21T09:12:00+08:00
  with:
    key: K-3-1502-1
- id: 0a6c2f4b8d1e4f7a9b3c5d7e9f1a2b4c
  prev:
  - 5f1c0b9e7d3a4c2f8e6b1a0d9c7f5e31
  at: 2026-11-21T10:00:00+08:00
  with: {}
""".encode()

FRAGMENTS = st.sampled_from(
    [
        *"ab 03.-+_:#'\"\\[]{},&*!|>%@`?~=/(\n\t\r\0\x7f\x85\xa0",
        *"\u0301\u200d\u2028\u202e\u3000\ue000\ufeff漏😀",
        *[": ", " #", "- ", "\n\n", " \n", "<<", "---", "...", "=======", "yes", "No", "null", "0x1F", "1e3"],
        *["2026-11-21", "T12:00:00", "+08:00", "水管检修", "1:30", "0755", "true", "1.5"],
    ]
)
TEXTS = st.lists(FRAGMENTS, max_size=5).map("".join) | st.text(max_size=8)
NODES = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from(["id", "no", "x-1"]) | TEXTS, NODES, min_size=1, max_size=4)


VERSIONS = [(1, 1), (1, 2)]


def ruamel(data: bytes, kind: str = "base", version: tuple[int, int] = (1, 2)) -> object:
    """What ruamel.yaml reads: with `base` every scalar as text, with `safe` typed as the version says."""
    yaml = YAML(typ=kind, pure=True)
    yaml.version = version
    return yaml.load(data)


def is_spelled(read: object, node: Node) -> bool:
    """Whether a typing reader got the same structure, and of each text either itself or what it spells."""
    if isinstance(read, dict):
        return isinstance(node, dict) and [*read] == [*node] and all(is_spelled(read[k], node[k]) for k in node)
    if isinstance(read, list):
        return isinstance(node, list) and len(read) == len(node) and all(map(is_spelled, read, node))
    if isinstance(read, datetime):
        meant = datetime.fromisoformat(str(node))
        return read in (meant, meant.replace(tzinfo=None) - (meant.utcoffset() or meant - meant))
    if isinstance(read, date):
        return read.isoformat() == node
    if isinstance(read, bool):
        return str(read).lower() == node
    return (repr(read) if isinstance(read, int | float) else read) == node


# -- both ways -------------------------------------------------------------------------------------


def test_the_record_of_the_format_page_is_canonical():
    assert dump(load(RECORD)) == RECORD
    assert load(RECORD)["remark"] == "借用人说:\n\n  - 明早归还"


def test_an_event_is_appended_as_text():
    """So that a diff shows the new event and nothing else."""
    record = load(RECORD)
    before = dump(record)
    record["events"].append({"id": "c4", "prev": ["0a"], "with": {"note": "一\n二\n"}})
    assert dump(record).startswith(before)


@given(DOCUMENTS)
def test_what_is_written_is_read_back(doc):
    data = dump(doc)
    assert load(data) == doc
    assert dump(load(data)) == data
    assert data.endswith(b"\n")
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]| \n", data), "nothing invisible in the file"


@given(DOCUMENTS, st.sampled_from(VERSIONS))
def test_other_readers_of_yaml_see_the_same(doc, version):
    """Text stays text to a reader of YAML 1.1 or 1.2; a number or instant is spelled as it would spell it."""
    assert is_spelled(ruamel(dump(doc), "safe", version), doc)


@given(DOCUMENTS, st.data())
def test_a_damaged_file_loads_as_yaml_says_or_is_refused(doc, data):
    text = dump(doc).decode()
    for _slip in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 3))
        text = text[:start] + data.draw(FRAGMENTS) + text[end:]
    # ruamel refuses blanks on the empty lines before a literal text, which YAML allows
    damaged = re.sub(r"(?m)^ +$", "", text + "\n").encode()
    try:
        read = load(damaged)
    except CodecError:
        return
    assert read == ruamel(damaged)


# -- writing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *[
            "2",
            "-5",
            "0",
            "138001380001234",
            "12.5",
            "-0.5",
            "true",
            "false",
            "2026-11-21",
            "2026-11-21T17:00:00",
        ],
        *["2026-02-28T17:00:00+08:00", "5f1c0b9e7d3a4c2f8e6b1a0d9c7f5e31", "K-3-1502-1", "3-1502", "li.na"],
        *["水管检修", "a:b", "http://x.cn/#a", "a#b", "c'est", "3号楼, 2层", "14:30分", "a\u3000b", "a  b"],
    ],
)
def test_plain(text):
    data = dump({"a": text})
    assert data == f"a: {text}\n".encode()
    assert all(is_spelled(ruamel(data, "safe", version), {"a": text}) for version in VERSIONS)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "",
            " a",
            "a ",
            "\u3000a",
            "- x",
            "-",
            "-x",
            "a: b",
            "a:",
            "a #b",
            "#x",
            "@x",
            "%",
            "*a",
            "&a",
            "!t",
            "?",
        ],
        *[
            "`",
            "[a]",
            "{}",
            "|",
            ">",
            "'a'",
            ",",
            "~",
            "null",
            "NULL",
            "no",
            "Yes",
            "y",
            "N",
            "on",
            "Off",
            "True",
        ],
        *[
            "=",
            "<<",
            "1e3",
            "0755",
            "12_3",
            "1:30",
            "190:20:30.15",
            "0x1f",
            "0o7",
            "0b1",
            ".5",
            "1.50",
            "1.0",
            "5.",
        ],
        *[
            "-0",
            "+1",
            "1,000",
            ".inf",
            ".nan",
            "1234567890123456",
            "12345678901234567890123456789e31",
            "1.23456",
        ],
        *[
            "-0.0",
            "2026-02-30",
            "2026-1-2",
            "2026-11-21 09:12:00",
            "2026-11-21T17:00:00Z",
            "2026-11-21T25:00:00",
        ],
        *["2026-11-21T17:00:00-00:00", "0001-01-01T00:00:00+08:00", "---", "..."],
    ],
)
def test_quoted(text):
    """What a YAML reader would take for structure, for something else than text, or respell."""
    assert dump({"a": text}) == f'a: "{text}"\n'.encode()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('"', r'"\""'),
        ("\\ \t", r'"\\ \t"'),
        ("\0\x1b\x85", r'"\u0000\u001b\u0085"'),
        ("a\u2028b\u202ec\ufeff", r'"a\u2028b\u202ec\ufeff"'),
        ("👩\u200d🔧 \ue000", "👩\u200d🔧 \ue000"),
        ("一\n二", "|-\n  一\n  二"),
        ("a: b\n\n  # c\n", "|\n  a: b\n\n    # c"),
        ("\u3000一\n二", "|-\n  \u3000一\n  二"),
        (" a\nb", r'" a\nb"'),
        ("\na", r'"\na"'),
        ("a \nb", r'"a \nb"'),
        ("a\n\n", r'"a\n\n"'),
        ("a\r\nb", r'"a\u000d\nb"'),
        ("\n", r'"\n"'),
    ],
)
def test_escapes_and_literal_texts(text, written):
    assert dump({"a": text}) == f"a: {written}\n".encode()


def test_keys():
    written = dump({"a-1.b_C": "x", "no": "x", "#9b": "x", "": "x", "键": "x", "a b": "x", "1": "x"})
    assert written == 'a-1.b_C: x\n"no": x\n"#9b": x\n"": x\n"键": x\n"a b": x\n"1": x\n'.encode()


def test_lists_in_lists():
    doc: dict[str, Node] = {"a": [["x", ["y\nz"]], [], {}, {"b": ["c"], "d": "e"}]}
    assert dump(doc) == b"a:\n- - x\n  - - |-\n      y\n      z\n- []\n- {}\n- b:\n  - c\n  d: e\n"


def deep(levels: int) -> dict[str, Node]:
    """Mappings and lists by turns, `levels` in all."""
    node: Node = "x"
    for level in range(levels - 1):
        node = [node] if level % 2 else {"a": node}
    return {"a": node}


@pytest.mark.parametrize(
    ("doc", "line", "reason"),
    [
        ({"a": "x", "b": "\ud83d"}, 2, r"half a character \(\\ud83d\)"),
        (deep(MAX_DEPTH + 1), 7, "nested more than 12 deep"),
        ({"a": "x" * MAX_BYTES}, 1, "more than 1,000,000 bytes"),
        ({"a": ["x"] * MAX_LINES}, 1, "20,000 lines"),
        ({}, 1, "nothing in it"),
    ],
)
def test_what_could_not_be_read_is_not_written(doc, line, reason):
    with pytest.raises(CodecError, match=reason) as caught:
        dump(doc)
    assert caught.value.line == line


@pytest.mark.parametrize("slip", [None, 0, False, 5, (), ("x",)])
def test_what_is_no_text_is_a_mistake_of_the_program(slip):
    """Nothing may become `{}` or text unnoticed."""
    with pytest.raises((AttributeError, KeyError)):
        dump({"a": slip})


def test_the_deepest_document_is_read_back():
    assert load(dump(deep(MAX_DEPTH))) == deep(MAX_DEPTH)


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "# heading\n\na: x # remark\n  # deeper remark\nb: x#y\n",
        "a: 'it''s # no remark'   # remark\nb: 'no'\n'c d': x\n\"e\": 'y'\n",
        "a:\n    b: x\n    c:\n          d: y\ne:\n      - f\n      - g: h\n        i: j\n",
        "a: # remark\n# remark\n- b\n\n- c\n",
        "a: [b, 'c, d', \"e\\n\" , -5, 12:30] # remark\nf: [ ]\ng: { }\nh: [x]\n",
        "a:\n-   b: x\n    c: y\n- - d\n  -   e\n-\n  f: g\n- 'h'\n- \"i\": j\n- -5\n",
        "a: |\n  b\n   c\n\n\nd: |+\n    e\n\nf: |- # remark\n   g\n# remark\nh: i\nj:\n- |\n  k\n",
        'a: "\\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\"\\/\\\\\\N\\_\\L\\P\\x41\\u6f0f\\U0001F600"\n',
        "a: 0755\nb: 1e3\nc: no\nd: ~\ne: 1_0\nf: =\ng: -x\nh: :x\ni: ?x\nj: a, b] {c} d\nk: http://a:1/#b\n",
        "a: x   \nb:   y\nc: x  y\n",
    ],
)
def test_what_people_type_by_hand(text):
    assert load(text.encode()) == ruamel(text.encode())


def test_editors_of_other_systems():
    """A byte order mark, CRLF and a missing line break at the end are the editor's, not the clerk's."""
    assert load(b"\xef\xbb\xbf" + RECORD.replace(b"\n", b"\r\n")) == load(RECORD)
    assert load(b"a: |\n  b") == {"a": "b\n"}


REFUSED = [
    (b"", 1, "nothing in it"),
    (b"\n# only a remark\n", 1, "nothing in it"),
    (b"a: x\n- b\n", 2, "a list item where `key: value` is expected"),
    (b"- a\n", 1, "a list item where `key: value` is expected"),
    (b"just text\n", 1, "`key: value` is expected"),
    (b"[a]\n", 1, "`key: value` is expected"),
    (b"{}\n", 1, "mappings in braces"),
    (b"a: x\na:x\n", 2, "`key: value` is expected"),
    ("键: x\n".encode(), 1, "double quotes"),
    (b"a: &b x\n", 1, "anchors"),
    (b"a: [&b x]\n", 1, "a list in brackets"),
    (b"a: *b\n", 1, "aliases"),
    (b"a:\n- !!str x\n", 2, "tags"),
    (b"!t\na: x\n", 1, "tags"),
    (b"a: x\n<<: *b\n", 2, "merge keys"),
    (b'a: x\nb: y\n"a": z\n', 3, "the key a stands here a second time"),
    (b"a:\n- b: x\n  b: y\n", 3, "the key b stands here a second time"),
    (b"a: x\n<<<<<<< HEAD\nb: x\n=======\nb: y\n>>>>>>> other\n", 2, "unfinished merge; `pm merge`"),
    (b"events:\n<<<<<<< HEAD\n- id: x\n", 2, "unfinished merge"),
    (b"a: |\n  x\n=======\n  y\n", 3, "unfinished merge"),
    (b"a: x\n---\nb: y\n", 2, "one document"),
    (b"---\na: x\n", 1, "one document"),
    (b"a: x\n...\n", 2, "one document"),
    (b"%YAML 1.2\na: x\n", 1, "directives"),
    (b"a: {b: c}\n", 1, "mappings in braces"),
    (b"a: {b\n", 1, "mappings in braces"),
    (b"a: [b, [c]]\n", 1, "a list in brackets"),
    (b"a: [b,\n  c]\n", 1, "a list in brackets"),
    (b"a: [" + b"x, " * 100 + b"x]\n", 1, "up to 100"),
    (b'a: "b\n  c"\n', 1, "does not end on its line"),
    (b"a: 'b\n", 1, "does not end on its line"),
    (b'a: "b" c\n', 1, "something follows it"),
    (b'"a: b\n', 1, "does not end on its line"),
    (b"x: y\na: b: c\n", 2, "double quotes"),
    (b"a: b:\n", 1, "double quotes"),
    (b"a: @b\n", 1, "double quotes"),
    (b"a: - b\n", 1, "a list starts on a line of its own"),
    (b"a: >\n  b\n", 1, "folded"),
    (b"a: |2\n  b\n", 1, "several lines"),
    (b"a: |\nb: c\n", 1, "missing or not indented evenly"),
    (b"a: |\n     \n  b\n", 1, "missing or not indented evenly"),
    (b"a: |\n  b\n c\n", 3, "indented unlike"),
    (b"a: x\nb:\nc: y\n", 2, "no value"),
    (b"a:\n-\n- b\n", 2, "no value"),
    (b"a: x\nb: # remark\n", 2, "no value"),
    (b"a: x\n  b\n", 2, "indented unlike"),
    (b"a: x\n  b: y\n", 2, "indented unlike"),
    (b"a:\n    b: x\n  c: y\n", 3, "indented unlike"),
    (b"a:\n  - b\n - c\n", 3, "a list item where"),
    (b"a:\n\tb: x\n", 2, r"tab .* \\u0009"),
    (b"a: x\nb: y\0\n", 2, r"hidden character; .* \\u0000"),
    ("a: x\n\nb: \u202ey\n".encode(), 3, r"\\u202e"),
    (b"a: x\rb: y\n", 1, r"\\u000d"),
    (b'a: x\nb: "\\q"\n', 2, r"\\q stands for no character"),
    (b'a: "\\ud83d\\ude00"\n', 1, r"\\ud83d stands for no character"),
    (b'a: "\\U00110000"\n', 1, "stands for no character"),
    (b'a: "\\x4"\n', 1, r"\\x stands for no character"),
    (b"a: x\nb: \xff\n", 2, "not UTF-8"),
    ("a: 水管\n".encode("gbk"), 1, "not UTF-8"),
    (b"a: \xed\xa0\x80\n", 1, "not UTF-8"),
    ("a: x\n".encode("utf-16"), 1, "not UTF-8"),
    (b"a: " + b"x" * MAX_BYTES, 1, "more than 1,000,000 bytes"),
    (b"\n" * (MAX_LINES + 1), 1, "20,000 lines"),
]

HOSTILE = [
    (b"[" * 10_000, 1, "`key: value` is expected"),
    (b"a: " + b"[" * 900_000, 1, "a list in brackets"),
    (b"a: &a [x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n", 1, "anchors"),
    (b"a:\n" + b"- " * 490_000, 2, "nested more than 12 deep"),
    (b"".join(b" " * level + b"a:\n" for level in range(1_400)), MAX_DEPTH + 1, "nested more than 12 deep"),
    (b'a: "' + b'\\"' * 450_000, 1, "does not end on its line"),
    (b"a: '" + b"'" * 900_000, 1, "does not end on its line"),
    (b"a: " + b"\\" * 900_000 + b": ", 1, "double quotes"),
    (b"a: " + b":" * 900_000, 1, "double quotes"),
    (b"a: [" + b"a ," * 300_000, 1, "a list in brackets"),
    (b'"' * 900_000, 1, "does not end on its line"),
    (b" " * 999_999, 1, "nothing in it"),
]


@pytest.mark.parametrize(("data", "line", "reason"), REFUSED + HOSTILE)
def test_refused(data, line, reason):
    with pytest.raises(CodecError, match=reason) as caught:
        load(data)
    assert caught.value.line == line


def calls(data: bytes) -> int:
    """The function calls that loading takes."""
    count = 0

    def tally(*_event: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(tally)
    try:
        load(data)
    except CodecError:
        pass
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "data",
    [data for data, _line, _reason in HOSTILE]
    + [b"a: " + b"x" * 999_000, b'a: "' + b'\\"' * 450_000 + b'"', b"a: |\n" + b"\n" * 19_000 + b"  x\n"]
    + [b"".join(b'"%d": |\n  x\n' % number for number in range(9_000)), b"a:\n" + b"- - b: x\n" * 19_000],
)
def test_work_grows_with_the_lines_only(data):
    """Together with the next test: nothing hostile holds up a command."""
    assert calls(data) < 300 + 100 * data.count(b"\n")


def patterns() -> list[re.Pattern[str]]:
    named = vars(codec) | vars(codec_write)
    return [thing for thing in named.values() if isinstance(thing, re.Pattern)]


def unbounded(parsed: object) -> list[str]:
    """The names of all repetitions without bound in a parsed pattern."""
    found = []
    for operation, argument in parsed:
        name = str(operation)
        if name.endswith("REPEAT"):
            found += [name] * (argument[1] == re._constants.MAXREPEAT)
        parts = argument if isinstance(argument, tuple) else (argument,)
        for part in [p for group in parts for p in (group if isinstance(group, list) else [group])]:
            if isinstance(part, re._parser.SubPattern):
                found += unbounded(part)
    return found


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.pattern[:20])
def test_no_pattern_can_backtrack(pattern):
    """Repetitions are possessive, so matching takes time in proportion to the text."""
    assert set(unbounded(re._parser.parse(pattern.pattern, pattern.flags))) <= {"POSSESSIVE_REPEAT"}


# -- telling where ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("id",), 1),
        (("borrower", "department"), 7),
        (("private", "#9b1c5f", "value"), 13),
        (("remark",), 14),
        (("events",), 18),
        (("events", 0), 19),
        (("events", 0, "with", "key"), 23),
        (("events", 0, "prev", 1), 20),
        (("events", 1, "id"), 24),
        (("events", 1, "prev", 0), 26),
        (("events", 1, "by"), 24),
        (("events", 2), 18),
        (("count", "events"), 4),
        (("nowhere", "id"), 1),
    ],
)
def test_line_of(path, line):
    assert line_of(RECORD, path) == line


@given(DOCUMENTS)
def test_every_entry_has_its_line(doc):
    """The line ends where the value begins, so what starts there reads as that value."""
    data = dump(doc)
    lines = data.decode().split("\n")
    for path, node in entries(doc):
        line = lines[line_of(data, path) - 1]
        own = dump({"a": node}).decode().split("\n")[0].removeprefix("a:")
        assert line.endswith(own if isinstance(path[-1], str) else ""), path


def entries(node: Node, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Node]]:
    """Every path below `node` with what it leads to."""
    steps = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    below = [((*path, step), value) for step, value in steps]
    return below + [entry for inner, value in below for entry in entries(value, inner)]


def test_an_error_survives_the_way_between_processes():
    """The index is built by several processes, which tell one another what did not load."""
    error = pickle.loads(pickle.dumps(CodecError("not UTF-8", 3)))
    assert (error.reason, error.line, str(error)) == ("not UTF-8", 3, "line 3: not UTF-8")
