"""What a backend needs that asks another machine: addresses, time, retries, a circuit breaker."""
