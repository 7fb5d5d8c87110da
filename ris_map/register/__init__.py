"""What a reader sees, built without Streamlit: rows, cards, tables, sentences, maps."""
