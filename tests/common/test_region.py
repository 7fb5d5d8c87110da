"""The region's file: what is wrong in it has a line and a field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ris_map.common.faults import DataFaults
from ris_map.common.region import DATA, load_region
from ris_map.travel.check import check_data
from ris_map.words import translator
from ris_map.words.language import Language, page_text


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('county_code: "24"', 'county_code: "2"', "county_code"),
        ("nuts: SE331", "nuts: NO331", "nuts"),
        ("south: 63.0", "south: 19.0", "bounds.south"),
        ('"2403", name', '"2503", name', "municipalities.1.code"),
        ('"2404", name', '"2401", name', "municipalities.2.code"),
        ("    genitive: Västerbottens\n", "", "names.sv.genitive"),
    ],
)
def test_what_is_wrong_with_the_region_has_a_line_and_a_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, field: str
) -> None:
    path = tmp_path / "region.yaml"
    text = (DATA / "region.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFaults) as refused:
        load_region(tmp_path)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert all(f.line and f.file == str(path) and f.action for f in refused.value.faults)
    assert set(refused.value.faults) <= set(check_data(tmp_path, today=date(2026, 11, 23)))
    monkeypatch.setenv("RIS_MAP_DATA", str(tmp_path))
    assert check_data(tmp_path, today=date(2026, 11, 23)) == list(refused.value.faults)


def test_texts_are_named_after_the_region_and_what_it_has_not_written_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (DATA / "region.yaml").read_text(encoding="utf-8")
    (tmp_path / "region.yaml").write_text(
        text.replace("Västerbotten", "Norrbotten"), encoding="utf-8"
    )
    monkeypatch.setenv("RIS_MAP_DATA", str(tmp_path))
    assert translator(Language.SV)("product.name") == "Innovationskartan Norrbotten"
    assert page_text("metod", Language.SV) == ""
    assert page_text("kontakt", Language.SV)
