"""Open data: what can be fetched, in which form, on which terms."""

from ris_map.api.page import open_data
from ris_map.web import layout

tr = layout.language_texts()
layout.title(tr("page.open_data.title"), tr("page.open_data.lead"))
open_data(tr)
