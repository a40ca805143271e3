"""Write the sections of the documents that are made from the code."""

from tests.docs.made import FLOWS, SECTIONS
from tests.docs.pages import replaced
from tests.docs.reference import REFERENCE, REFERENCE_SECTIONS

for page, sections in ((FLOWS, SECTIONS), (REFERENCE, REFERENCE_SECTIONS)):
    text = page.read_text(encoding="utf-8")
    for name, make in sections.items():
        text = replaced(text, name, make())
    page.write_text(text, encoding="utf-8")
