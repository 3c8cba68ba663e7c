"""The devices of a person: where they are signed in, and signing out elsewhere."""
