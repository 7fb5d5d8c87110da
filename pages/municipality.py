"""One municipality: who helps here, how far it is, what is missing, and the same to take along."""

from ris_map.municipality import page as municipality
from ris_map.municipality.choices import ADDRESS
from ris_map.web import data, layout

tr = layout.language_texts()
state = data.register_state()
ignored = ADDRESS.sync()
found = municipality.chosen_profile()

if found is not None and municipality.is_embedded():
    municipality.name_the_page(found.name, tr=tr)
    municipality.embedded(found, tr=tr)
else:
    if found is None:
        layout.title(tr("page.municipality.title"), tr("page.municipality.lead"))
    else:
        municipality.name_the_page(found.name, tr=tr)
        title = tr("municipality.title", name=found.name)
        layout.title(title, tr("municipality.lead"))
    layout.fault_notice(state.faults, tr=tr, served=True)
    municipality.notices(ignored, tr=tr)
    municipality.choices(tr)
    if found is None:
        municipality.list_to_choose_from(tr=tr)
    else:
        municipality.whole_page(found, tr=tr)
