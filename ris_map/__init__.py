"""The innovation map of a region: a register of support actors joined with road access.

Everything here is pure and runs without Streamlit, except :mod:`ris_map.ui`.
"""
