"""Papers that go with a parcel: slip, address label and customs declaration."""
