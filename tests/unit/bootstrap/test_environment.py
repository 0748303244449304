from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bootstrap import __main__ as command
from bootstrap import environment
from bootstrap.environment import PROFILES, install, read_stamp, remove_foreign, remove_unfinished
from bootstrap.machine import Refusal

REQUIREMENTS = Path(__file__).parents[3] / "requirements"
PIN = re.compile(r"^([\w.-]+==[\w.!+]+)(?: ; (.+?))? \\$", re.MULTILINE)
MINOR = f"python{sys.version_info[0]}.{sys.version_info[1]}"


@dataclass
class Pip:
    """Takes the calls of pip; installs nothing."""

    installed: list[str] = field(default_factory=list)
    fails_at: str = ""

    def __call__(self, _python: Path, _log: Path, *arguments: str, total: int = 0) -> None:
        what = Path(arguments[-1]).name
        if what == self.fails_at:
            raise Refusal(f"pip failed at {what} of {total}")
        self.installed.append(what)


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Pip:
    recorded = Pip()
    monkeypatch.setattr(environment, "pip_install", recorded)
    monkeypatch.setattr(environment, "_has_pip", lambda _: True)
    return recorded


@pytest.fixture
def root(tmp_path: Path) -> Path:
    checkout = tmp_path / "checkout"
    (checkout / "requirements").mkdir(parents=True)
    for name in ("build", "runtime", "dev", "locking"):
        (checkout / "requirements" / f"{name}.txt").write_text(f"{name}==1\n", encoding="utf-8")
    (checkout / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    return checkout


@pytest.fixture
def venv(root: Path) -> Path:
    return root / ".venv"


def test_build_tools_come_first_then_the_pins_then_the_project(root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "runtime")
    assert pip.installed == ["build.txt", "runtime.txt", "checkout"]


def test_what_was_installed_is_compiled_but_not_its_tests(root: Path, venv: Path, pip: Pip) -> None:
    folder = venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (folder / "tests").mkdir(parents=True)
    for path in ("module.py", "template.py", "tests/test_module.py"):
        (folder / path).write_text(
            "{{ no Python }}" if path == "template.py" else "x = 1\n", encoding="utf-8"
        )
    install(root, venv, "runtime")
    assert pip.installed
    assert [path.name.split(".")[0] for path in folder.rglob("*.pyc")] == ["module"]


def test_nothing_is_done_when_nothing_changed(root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "runtime")
    pip.installed.clear()
    install(root, venv, "runtime")
    assert pip.installed == []


def test_dev_contains_runtime(root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "dev")
    pip.installed.clear()
    install(root, venv, "runtime")
    assert pip.installed == []


def test_runtime_does_not_contain_dev(root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "runtime")
    pip.installed.clear()
    install(root, venv, "dev")
    assert "dev.txt" in pip.installed


@pytest.mark.parametrize("changed", ["runtime", "build"])
def test_changed_pins_are_installed(changed: str, root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "runtime")
    pip.installed.clear()
    (root / "requirements" / f"{changed}.txt").write_text(f"{changed}==2\n", encoding="utf-8")
    install(root, venv, "runtime")
    assert pip.installed == ["build.txt", "runtime.txt", "checkout"]


def test_a_changed_project_is_installed_without_its_pins(root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "runtime")
    pip.installed.clear()
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    install(root, venv, "runtime")
    assert pip.installed == ["checkout"]


def test_the_tools_for_pinning_go_without_the_project(root: Path, venv: Path, pip: Pip) -> None:
    install(root, venv, "locking")
    assert pip.installed == ["build.txt", "locking.txt"]


def test_a_failed_installation_is_gone_on_with(root: Path, venv: Path, pip: Pip) -> None:
    pip.fails_at = "runtime.txt"
    with pytest.raises(Refusal):
        install(root, venv, "runtime")
    assert read_stamp(venv) == {}
    pip.fails_at = ""
    install(root, venv, "runtime")
    assert pip.installed[-2:] == ["runtime.txt", "checkout"]


def test_a_torn_stamp_counts_as_nothing_installed(venv: Path) -> None:
    venv.mkdir()
    (venv / "installed.json").write_text('{"runtime": "0', encoding="utf-8")
    assert read_stamp(venv) == {}


def test_downloads_and_half_installed_packages_are_removed_and_whole_ones_stay(venv: Path) -> None:
    packages = venv / "lib" / MINOR / "site-packages"
    for name in ("half-1.dist-info", "whole-1.dist-info", "~umpy", "numpy"):
        (packages / name).mkdir(parents=True)
    (packages / "whole-1.dist-info" / "RECORD").touch()
    (venv / "downloads-1x2y").mkdir()
    remove_unfinished(venv)
    assert not (venv / "downloads-1x2y").exists()
    assert sorted(path.name for path in packages.iterdir()) == ["numpy", "whole-1.dist-info"]


def test_an_environment_of_another_python_is_removed(venv: Path) -> None:
    (venv / "lib" / "python3.8").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    remove_foreign(venv)
    assert not venv.exists()


def test_an_environment_whose_python_is_gone_is_removed(venv: Path) -> None:
    (venv / "lib" / MINOR).mkdir(parents=True)
    (venv / "bin").mkdir()
    (venv / "bin" / "python").symlink_to("/no/such/python")
    (venv / "pyvenv.cfg").touch()
    remove_foreign(venv)
    assert not venv.exists()


def test_a_folder_that_is_no_environment_is_never_removed(venv: Path) -> None:
    (venv / "precious").mkdir(parents=True)
    remove_foreign(venv)
    assert (venv / "precious").is_dir()


def test_an_environment_is_made_with_pip_and_kept(
    root: Path, venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "pip_install", Pip())
    install(root, venv, "locking")
    said = subprocess.run(
        [str(venv / "bin" / "python"), "-m", "pip", "--version"], capture_output=True, text=True, check=True
    )
    assert str(venv) in said.stdout
    before = (venv / "pyvenv.cfg").stat().st_mtime_ns
    (root / "requirements" / "locking.txt").write_text("locking==2\n", encoding="utf-8")
    install(root, venv, "locking")
    assert (venv / "pyvenv.cfg").stat().st_mtime_ns == before


def test_a_refusal_is_one_sentence_and_exit_code_1(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "file").touch()
    monkeypatch.setattr(command, "ROOT", root)
    assert command.main(["runtime", "--venv", str(root / "file" / "venv")]) == 1
    assert capsys.readouterr().err == (
        f"{root}/file/venv can not be written (Not a directory): choose a folder of your own.\n"
    )


def test_an_interrupt_says_how_to_go_on(
    root: Path, venv: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "install", interrupted)
    monkeypatch.setattr(command, "ROOT", root)
    assert command.main(["runtime", "--venv", str(venv)]) == 130
    assert "goes on from here" in capsys.readouterr().err


def test_the_disk_is_asked_for_less_once_something_is_installed(
    root: Path, venv: Path, pip: Pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(root, venv, "runtime")
    usage = shutil.disk_usage(root)._replace(free=environment.NEEDED - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    install(root, venv, "dev")
    assert "dev.txt" in pip.installed
    with pytest.raises(Refusal, match=r"needs 3\.0 GB"):
        install(root, root / "another", "dev")


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")))


def test_the_pins_of_dev_contain_those_of_runtime() -> None:
    assert set(pins("runtime")) <= set(pins("dev"))
    assert len(pins("runtime")) > 100


@pytest.mark.parametrize("name", [*PROFILES, "build"])
def test_pins_are_hashed_and_name_no_index(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.findall(r"^\s*--(?!hash=sha256:)", text, re.MULTILINE)
    assert all("--hash=sha256:" in part for part in PIN.split(text)[3::3])
