"""The only package that knows Streamlit: shell, address state, cached data, components."""
