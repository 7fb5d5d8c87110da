"""The nine strength areas: who serves each, where, and how far the support reaches."""

from ris_map.strength import page as strength
from ris_map.strength.choices import ADDRESS
from ris_map.web import data, layout

tr = layout.language_texts()
state = data.register_state()
ignored = ADDRESS.sync()

layout.title(tr("page.strength_areas.title"), tr("page.strength_areas.lead"))
layout.fault_notice(state.faults, tr=tr, served=True)
layout.ignored_notice(ignored, tr=tr)
strength.choices(tr)
strength.whole_page(tr=tr)
