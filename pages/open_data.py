"""Open data: what can be fetched, in which form, on which terms."""

from ris_map.ui import layout
from ris_map.ui.open_data import open_data

tr = layout.language_texts()
layout.title(tr("page.open_data.title"), tr("page.open_data.lead"))
open_data(tr)
