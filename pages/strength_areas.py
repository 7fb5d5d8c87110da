"""The nine strength areas: who serves each, where, and how far the support reaches."""

from ris_map.ui import data, layout, strength
from ris_map.ui.strength_state import ADDRESS

tr = layout.language_texts()
state = data.register_state()
ignored = ADDRESS.sync()

layout.title(tr("page.strength_areas.title"), tr("page.strength_areas.lead"))
layout.fault_notice(state.faults, tr=tr, served=True)
layout.ignored_notice(ignored, tr=tr)
strength.choices(tr)
strength.whole_page(tr=tr)
