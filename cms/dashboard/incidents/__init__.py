"""Organizers tell shoppers and stores of disturbances."""
