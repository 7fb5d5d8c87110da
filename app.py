"""The server's entry: `streamlit run app.py` and `uvicorn app:app` give the same. No logic here.

Streamlit finds the application by reading this file, without running it: the assignment below
has to be a literal call of ``st.App``.
"""

import streamlit as st
from starlette.middleware import Middleware

from ris_map.api.app import api_middleware
from ris_map.api.county import land_of
from ris_map.api.page import static_routes
from ris_map.coverage.cube import CubeChoice, cube_of
from ris_map.coverage.map_picture import MAPS
from ris_map.finder import page as finder
from ris_map.siting import map as siting
from ris_map.travel.routes import accuracy
from ris_map.web.operation import Counted
from ris_map.web.server import (
    PREPARE,
    SCRIPT,
    front_middleware,
    server_lifespan,
    server_middleware,
    server_routes,
)

PREPARE.append(lambda world: cube_of(world, CubeChoice()))
PREPARE.append(lambda world: accuracy(world.foundations))
PREPARE.append(lambda world: land_of(world.foundations.data_dir))
app = st.App(
    SCRIPT,
    routes=[
        *server_routes(MAPS.file, siting.MAPS.file, siting.TODAY.file, finder.MAPS.file),
        *static_routes(),
    ],
    middleware=[
        Middleware(Counted),
        *front_middleware(),
        *api_middleware(),
        *server_middleware(),
    ],
    lifespan=server_lifespan,
)
