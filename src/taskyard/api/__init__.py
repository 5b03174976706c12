"""What belongs to no domain: the list of routers, middleware, health, the web app's files."""
