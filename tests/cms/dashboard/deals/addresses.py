def at_deal(deal, name=""):
    """Return where a deal stands at the desk, or where something is done to it."""
    festival = deal.slot.festival_id
    return f"/organize/festivals/{festival}/deals/{deal.pk}/{name and name + '/'}"


def at_slot(slot, name):
    """Return where something is done to a slot."""
    return f"/organize/festivals/{slot.festival_id}/slots/{slot.pk}/{name}/"
