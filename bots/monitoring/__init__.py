"""What programs that watch over `citewise serve` may look at: is it alive, is it ready, and its figures."""
