"""The gateway: sockets, sessions, and the events that flow through them."""
