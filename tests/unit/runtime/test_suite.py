from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headrace.errors import HeadraceError
from headrace.runtime.suite import Suite, find_root
from tests.local_tables import ROOT
from tests.unit.runtime.conftest import lay

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_root_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADRACE_ROOT", raising=False)


def test_the_suite_beside_the_package_is_found_when_none_is_chosen() -> None:
    assert find_root() == ROOT


def test_the_environment_variable_chooses_a_suite(shop: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADRACE_ROOT", str(shop.root))
    assert find_root() == shop.root


def test_what_was_asked_for_wins_over_the_environment_variable(
    shop: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADRACE_ROOT", str(ROOT))
    assert find_root(str(shop.root)) == shop.root


def test_a_root_is_absolute(shop: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.root.parent)
    assert find_root(shop.root.name) == shop.root


def test_a_folder_without_sql_is_no_suite(tmp_path: Path) -> None:
    with pytest.raises(HeadraceError, match=f"no suite in {tmp_path}") as raised:
        find_root(str(tmp_path))
    assert "--root" in raised.value.hint


def test_use_cases_and_environments_are_folders(shop: Suite) -> None:
    lay(shop.root, {"sql/README.md": "", "sql/__pycache__/x": "", "connectors/broker/shop/visits.sql": ""})
    assert (shop.use_cases, shop.environments) == (["shop"], ["broker", "disk"])


def test_a_use_case_has_its_statements_by_kind_and_name(shop: Suite) -> None:
    shop_sql = shop.use_case("shop")
    assert set(shop_sql.contracts) == {"sales", "visits"}
    assert set(shop_sql.views) == {"guesses", "long_visits"}
    assert set(shop_sql.functions) == {"guess"}
    assert shop_sql.pipeline("guess_sales").sinks == {"sales"}


def test_an_unknown_use_case_is_refused_with_those_there_are(shop: Suite) -> None:
    with pytest.raises(HeadraceError, match=r"there is no use case 'store'; there are: shop"):
        shop.use_case("store")


def test_an_unknown_pipeline_is_refused_with_those_there_are(shop: Suite) -> None:
    with pytest.raises(HeadraceError, match=r"shop has no pipeline 'guess'; it has: guess_sales"):
        shop.use_case("shop").pipeline("guess")


def test_a_file_that_breaks_a_rule_is_refused_when_the_use_case_is_read(shop: Suite) -> None:
    lay(shop.root, {"sql/shop/views/empty.sql": "-- nothing\n"})
    with pytest.raises(HeadraceError, match=r"views/empty\.sql:1: the file holds no statement"):
        shop.use_case("shop")


def test_a_file_that_is_not_utf8_is_refused_by_name(shop: Suite) -> None:
    (shop.root / "sql/shop/views/umlaut.sql").write_bytes("-- größer\n".encode("latin-1"))
    with pytest.raises(HeadraceError, match=r"views/umlaut\.sql: not UTF-8"):
        shop.use_case("shop")


def test_an_environment_binds_what_its_files_bind(shop: Suite) -> None:
    assert set(shop.bindings("disk", "shop")) == {"sales", "visits"}


def test_an_environment_that_extends_another_has_its_bindings_but_for_its_own(shop: Suite) -> None:
    own = "CREATE TABLE visits WITH ('connector' = 'watch') LIKE contracts.visits;"
    lay(shop.root, {"connectors/watched/EXTENDS": "disk\n", "connectors/watched/shop/visits.sql": own})
    bindings = shop.bindings("watched", "shop")
    assert bindings["visits"].text == own
    assert bindings["sales"] == shop.bindings("disk", "shop")["sales"]


def test_an_environment_that_extends_none_that_exists_is_refused_by_the_file_that_says_so(
    shop: Suite,
) -> None:
    lay(shop.root, {"connectors/watched/EXTENDS": "disc\n"})
    with pytest.raises(HeadraceError, match=r"watched/EXTENDS: there is no environment 'disc'; .*disk"):
        shop.bindings("watched", "shop")


def test_environments_that_extend_each_other_are_refused(shop: Suite) -> None:
    lay(shop.root, {"connectors/a/EXTENDS": "b", "connectors/b/EXTENDS": "a"})
    with pytest.raises(HeadraceError, match=r"EXTENDS: a → b → a is a circle"):
        shop.bindings("a", "shop")


def test_an_unknown_environment_is_refused_with_those_there_are(shop: Suite) -> None:
    with pytest.raises(HeadraceError, match=r"there is no environment 'kafka'; there are: disk"):
        shop.bindings("kafka", "shop")


def test_an_environment_without_a_folder_for_a_use_case_binds_nothing_of_it(shop: Suite) -> None:
    assert shop.bindings("disk", "store") == {}
