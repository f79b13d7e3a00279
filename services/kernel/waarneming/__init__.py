"""How a process is seen from outside: log lines, meters, health, signs of life."""
