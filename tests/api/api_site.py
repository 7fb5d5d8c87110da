"""The open-data API as a client sees it, without a network."""

import csv
import io
import os
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import Graph
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from ris_map.api.app import OpenData
from ris_map.api.calls import Site
from ris_map.travel.world import World, service
from ris_map.web.server import COMPRESSION
from ris_map.web.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "data"
HOST = "http://kartan.example"
V1 = "/api/v1"
STANDARDS = Path(os.environ.get("STANDARDS", DATA.parents[1] / "shared/standards"))
"""Specifications as published by others; tests that need one say so where it is missing."""
CONTACT = "karta@example.org"


def shapes_accept(graph: Graph, shapes: Path) -> tuple[bool, str]:
    """Tell whether a graph keeps the published shapes, and the report; skip where they are not."""
    if not shapes.is_file():
        pytest.skip(f"the standard's shapes are not at {shapes}")
    kept, _, report = validate(graph, shacl_graph=Graph().parse(shapes), inference="none")
    return bool(kept), report[:3000]


def application(data_dir: Path = DATA, settings: Settings | None = None) -> Starlette:
    """Return the API mounted as in the product."""
    chosen = (settings or Settings()).model_copy(update={"report_address": CONTACT})
    site = Site(served=service(data_dir), settings=chosen)
    return Starlette(middleware=[COMPRESSION, Middleware(OpenData, site=site)])


def client(
    data_dir: Path = DATA, settings: Settings | None = None, *, address: str = "127.0.0.1"
) -> TestClient:
    app = application(data_dir, settings)
    return TestClient(app, base_url=HOST, client=(address, 50000))


def world() -> World:
    """Return what the pages compute with: the very same object as the API's."""
    return service(DATA).moment().world


def lines_of(api: TestClient, address: str) -> list[dict[str, str]]:
    text = api.get(V1 + address).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
