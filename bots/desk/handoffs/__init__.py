"""Questions that go to people: asked, answered, reminded of."""
