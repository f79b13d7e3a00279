"""Delivery: what lies in a postbus is pushed over RabbitMQ or to a webhook, and back offices hand in over RabbitMQ."""
