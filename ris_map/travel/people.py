"""Where everybody lives: the inhabited 1 km squares of the census of 31 December 2021."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, StringConstraints
from pyproj import Transformer
from scipy.spatial import cKDTree

from ris_map.common.faults import DataFaults
from ris_map.common.region import data_folder
from ris_map.common.tables import Count, Decimal, FaultLog, Row, accepted, read_frame
from ris_map.geography.county import load_statistics
from ris_map.geography.divisions import MUNICIPALITY_CODES, OwnMunicipality
from ris_map.travel.network import BoolArray, FloatArray, IntArray, metres, readonly

POPULATION_YEAR = 2021
PEOPLE_FILE = "people/population_1km.csv"
LARGEST_DIFFERENCE = 0.01
"""The squares carry disclosure noise; their sums stay this near the published totals."""
FERRY = "ferry"
_ID = r"CRS3035RES1000mN(\d{4})000E(\d{4})000"


class Square(Row):
    """One inhabited square."""

    cell_id: Annotated[str, StringConstraints(pattern=f"^{_ID}$")]
    lat: Decimal
    lon: Decimal
    municipality_code: OwnMunicipality
    population: Annotated[Count, Field(gt=0)]
    male: Count | None = None
    female: Count | None = None
    age_0_14: Count
    age_15_64: Count
    age_65_plus: Count
    employed: Count
    land_share: Decimal | None = None
    confidential: Count
    outside_tatort_est: Count | None = None
    km_to_numbered_road: Decimal
    km_to_network: Decimal
    nearest_is_schematic: Count
    access: Literal["road", "ferry", "network more than 10 km away"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Inhabited 1 km squares, in file order; centres in EPSG:4326. Arrays are read-only.

    Residents carry disclosure noise, so parts need not add up.
    """

    ids: tuple[str, ...]
    """Codes of the European grid."""
    lat: FloatArray
    lon: FloatArray
    municipality_codes: tuple[str, ...]
    """All municipalities, ascending."""
    municipality: IntArray
    """Position of the one that holds the centre."""
    population: IntArray
    access: tuple[str, ...]
    """Whether a road, a ferry or nothing near leads there."""

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def is_ferry(self) -> BoolArray:
        """Whether no road leads to the cell, only a ferry."""
        return readonly(np.array([way == FERRY for way in self.access], dtype=np.bool_))

    def only_ferry(self, lat: FloatArray, lon: FloatArray) -> BoolArray:
        """Return whether points lie where people get only by ferry: as the nearest cell."""
        nearest: IntArray = self._tree.query(metres(lat, lon))[1]
        return self.is_ferry[nearest]

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(metres(self.lat, self.lon))


def load_cells(data_dir: Path) -> Cells:
    """Read and check the squares; ``DataFaults`` with every fault."""
    log = FaultLog(data_dir / PEOPLE_FILE)
    frame = read_frame(log, Square, key="cell_id")
    off_centre = frame[~(_metres_off_centre(frame) <= 10)]  # rounded to five decimals: 1 m
    log.add_rows(off_centre, "bad-point/square", field="lat, lon")
    if not log.faults:
        with contextlib.suppress(DataFaults):  # whoever checks the figures says what is wrong
            statistics = load_statistics(data_dir / "statistics.csv")
            totals = {
                item.municipality_code: int(item.number or 0)
                for item in statistics
                if item.indicator == "population" and item.period.startswith(str(POPULATION_YEAR))
            }
            if totals:
                _check_sums(frame, totals, log)
    return _cells(accepted(frame, log.faults))


@lru_cache(maxsize=1)
def number_of_squares() -> int:
    """Return how many squares the region's file lists, without reading what they hold."""
    return len((data_folder() / PEOPLE_FILE).read_bytes().splitlines()) - 1


def _metres_off_centre(frame: pd.DataFrame) -> FloatArray:
    north, east = 1000 * frame["cell_id"].str.extract(_ID).astype(np.int64).to_numpy().T
    to_grid = Transformer.from_crs(4326, 3035, always_xy=True)
    at_east, at_north = to_grid.transform(frame["lon"].to_numpy(), frame["lat"].to_numpy())
    off: FloatArray = np.hypot(at_east - east - 500, at_north - north - 500)
    return off


def _check_sums(frame: pd.DataFrame, totals: Mapping[str, int], log: FaultLog) -> None:
    counted = frame.groupby("municipality_code")["population"].sum()
    sums = pd.DataFrame({"counted": counted, "published": pd.Series(totals)}).fillna(0).astype(int)
    sums.loc["the county"] = sums.sum()
    off = (sums["counted"] - sums["published"]).abs()
    for code, row in sums[off > LARGEST_DIFFERENCE * sums["published"]].iterrows():
        values = {"year": POPULATION_YEAR, **row}
        log.add("sum-differs", record=str(code), field="population", **values)


def _cells(frame: pd.DataFrame) -> Cells:
    code_at = {code: index for index, code in enumerate(MUNICIPALITY_CODES)}
    return Cells(
        ids=tuple(frame["cell_id"]),
        lat=readonly(frame["lat"].to_numpy()),
        lon=readonly(frame["lon"].to_numpy()),
        municipality_codes=MUNICIPALITY_CODES,
        municipality=readonly(np.array([code_at[code] for code in frame["municipality_code"]])),
        population=readonly(frame["population"].to_numpy(np.int64)),
        access=tuple(frame["access"]),
    )
