"""Turns the readable sources of the sample drive into its binary documents."""
