"""What things cost at an instant: pure computation on frozen values, no database, no clock."""
