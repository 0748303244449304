"""docs/dead-letters.md says what the SQL does."""

from __future__ import annotations

import re

from headrace.inbox.letter import UNREADABLE_FILE
from tests.local_tables import ROOT

PAGE = (ROOT / "docs" / "dead-letters.md").read_text(encoding="utf-8")
VIEWS = ROOT / "sql" / "fraud" / "views"


def test_every_reason_of_the_views_and_the_inbox_is_explained_and_no_other() -> None:
    checked = re.findall(r"THEN\s+'(\w+)'", (VIEWS / "transactions_checked.sql").read_text())
    named = [
        reason
        for path in VIEWS.glob("dead_letters_*.sql")
        for reason in re.findall(r"rejected\('(\w+)'\) AS reason", path.read_text())
    ]
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == {*checked, *named, UNREADABLE_FILE}


def test_the_fix_of_the_page_repairs_what_it_says() -> None:
    source = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert source
    lines = [line[3:] for line in source.group(1).splitlines()]
    space: dict[str, object] = {}
    exec("from __future__ import annotations\n" + "\n".join(lines), space)  # noqa: S102 -- our own page
    amount = space["amount"]
    assert callable(amount)
    assert amount(b'{"amount": {"value": 7.65, "currency": "EUR"}}') == b'{"amount": 7.65}'
    assert amount(b"{") is None
