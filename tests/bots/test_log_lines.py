"""What is told of long work where no bar can be drawn, such as in a unit's log."""

from bots.terminal.log_lines import LogLines


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_line_now_and_then_tells_how_far_it_is_and_the_time_left():
    said: list[str] = []
    clock = Clock()
    lines = LogLines(said.append, clock)
    for seconds, done in ((0, 0), (0, 40), (29, 41), (31, 42), (45, 43), (62, 44)):
        clock.now = 100.0 + seconds
        lines("Asking base", done, 80)
    # 42 of them in half a minute, of which most were kept from before; then two in the next.
    assert said == ["Asking base: 42 of 80, 0:28 left", "Asking base: 44 of 80, 9:18 left"]


def test_each_kind_of_work_is_reckoned_by_itself_and_what_has_no_end_tells_none():
    said: list[str] = []
    clock = Clock()
    lines = LogLines(said.append, clock)
    lines("Asking base", 0, 80)
    clock.now += 60
    lines("Asking adapter", 0, 80)
    clock.now += 10
    lines("Asking adapter", 1, 80)
    lines("Reading", 0, 0)
    clock.now += 60
    lines("Reading", 9, 0)
    assert said == []
