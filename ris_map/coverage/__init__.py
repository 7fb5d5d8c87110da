"""Travel times and coverage: arrays in, frozen results out.

Nothing here reads a file, draws anything or knows of Streamlit. Minutes are by car on the road
graph, kilometres are road kilometres, points are WGS 84 degrees (EPSG:4326).
"""
