"""What organizers tell everybody about a disturbance, and the page that says how the shop is."""
