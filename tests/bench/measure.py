"""What the benchmarks have in common: how they time, how budgets are judged, what they start."""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import pandas as pd

from tests.browser.harness import ROOT, Server, free_port, streamlit_command


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure beside its budget; ``bare`` is the comparison, where there is one."""

    name: str
    unit: str
    value: float
    budget: float | None = None
    bare: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The product's figure divided by the bare app's."""
        return None if self.bare is None else self.value / self.bare

    @property
    def kept(self) -> bool:
        """Whether the budget is kept: by the ratio where there is one; without a budget, always."""
        judged = self.value if self.ratio is None else self.ratio
        return self.budget is None or judged <= self.budget

    @property
    def told(self) -> dict[str, Any]:
        """Every figure by name."""
        return asdict(self) | {"ratio": self.ratio, "kept": self.kept}


def medians(
    name: str,
    values: Sequence[float],
    bare: Sequence[float] = (),
    *,
    unit: str = "ms",
    budget: float | None = None,
    note: str = "",
) -> Result:
    """Give the middle of measurements beside the bare app's, and how far half of them spread."""
    if len(values) > 1:
        low, _, high = statistics.quantiles(values, n=4)
        note = f"quartiles {low:.0f}-{high:.0f}, n = {len(values)}; {note}".removesuffix("; ")
    beside = statistics.median(bare) if bare else None
    return Result(name, unit, statistics.median(values), budget, beside, note)


def timed(
    name: str,
    calls: Sequence[Callable[[], object]],
    *,
    budget: float | None = None,
    told: Callable[[Any], str] = lambda _: "",
) -> Result:
    """Time one call, or several that do the same: the median in ms of processor time.

    On a machine that is busy with other work that is what a call costs; what the clock says, and
    what is ``told`` of the last answer, is noted.
    """
    used, took, made = list[float](), list[float](), None
    for call in calls:
        cpu, clock = time.process_time(), time.perf_counter()
        made = call()
        took.append(1000 * (time.perf_counter() - clock))
        used.append(1000 * (time.process_time() - cpu))
    notes = (f"by the clock {statistics.median(took):.0f} ms", told(made))
    return medians(name, used, budget=budget, note=", ".join(filter(None, notes)))


class Bench:
    """What the parts of a benchmark share: options, and servers that are stopped at the end."""

    def __init__(self, options: argparse.Namespace, stack: ExitStack) -> None:
        self.options = options
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self._stack = stack

    def start(self, name: str, command: Callable[[int], Sequence[str]], **env: str) -> Server:
        """Start the server that a command gives for a port."""
        port = free_port()
        log = self.folder / f"{name}.log"
        server = Server.start(command(port), port, log=log, env=env)
        self._stack.callback(server.stop)
        return server

    def start_script(self, name: str, script: str) -> Server:
        """Start a script that does as little as Streamlit can, with the product's settings."""
        path = self.folder / f"{name}.py"
        path.write_text(script, encoding="utf-8")
        return self.start(name, partial(streamlit_command, script=str(path)))

    @cached_property
    def product(self) -> Server:
        """The product."""
        return self.start("product", streamlit_command)


def main(
    doc: str | None,
    parts: Mapping[str, Callable[[Bench], Iterable[Result]]],
    **further: dict[str, Any],
) -> int:
    """Measure parts, print the table, write ``output/<benchmark>.json``.

    ``further`` are a benchmark's own options, as ``argparse`` takes them. 1 if a budget is not
    kept and ``--strict`` asks for it.
    """
    parser = argparse.ArgumentParser(description=doc)
    names = list(parts)
    parser.add_argument("--only", choices=names, nargs="+", default=names, help="parts measured")
    parser.add_argument("--repeat", type=int, default=15, help="changes measured (default 15)")
    parser.add_argument("--strict", action="store_true", help="fail when a budget is not kept")
    for name, form in further.items():
        parser.add_argument(f"--{name}", **form)
    results: list[Result] = []
    with ExitStack() as stack:
        bench = Bench(parser.parse_args(), stack)
        for name in bench.options.only:
            results += parts[name](bench)
    columns = ("name", "value", "unit", "bare", "ratio", "budget", "kept", "note")
    table = pd.DataFrame([one.told for one in results], columns=columns)
    table = table.astype(dict.fromkeys(("bare", "ratio", "budget"), float))
    table["kept"] = table["kept"].map({True: "kept", False: "OVER"}).where(table["budget"].notna())
    print(table.to_string(index=False, na_rep="", float_format=lambda value: f"{value:,.2f}"))
    report = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "results": [one.told for one in results],
    }
    path = ROOT / "output" / f"{Path(sys.argv[0]).stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return int(bench.options.strict and not all(result.kept for result in results))


def memory_mb(process: int | str = "self", *, peak: bool = False) -> float:
    """Give a process's resident memory in MB, now or at its peak (Linux)."""
    told = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(told.split("VmHWM:" if peak else "VmRSS:")[1].split()[0]) * 1024 / 1e6
