"""Payload codecs of LoRaWAN devices: the makers' JavaScript, run where it can do no harm."""
