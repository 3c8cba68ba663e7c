"""How dates are written where Django writes them; pages write most with Unicode's data."""
