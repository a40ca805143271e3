"""Parcels that are found whatever their number."""

from botkit import Context, Plugin

plugin = Plugin("post")


@plugin.action(effect="read")
async def find(ctx: Context, number: str) -> dict[str, object]:
    """Find a parcel by its number."""
    ctx.identify(email="mia.k@example.org", name="Mia Kowalska-Lindqvist")
    return {"number": number, "recipient": "Bartholomew Quux", "street": "Zwiebelgasse 77", "product": "Desk lamp"}
