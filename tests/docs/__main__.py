"""Write the sections of docs/flows.md that are made from the code."""

from tests.docs.made import FLOWS, SECTIONS
from tests.docs.pages import replaced

text = FLOWS.read_text(encoding="utf-8")
for name, make in SECTIONS.items():
    text = replaced(text, name, make())
FLOWS.write_text(text, encoding="utf-8")
