"""A real server, a real browser, and somebody who watches both while a test clicks."""
