"""The innovation map of Västerbotten: a register of support actors joined with road access.

Everything here is pure and runs without Streamlit, except :mod:`ris_map.ui`.
"""
