"""Counting clients and messages: in-, door- and uitstroom, treden, and the quality of the traffic."""
