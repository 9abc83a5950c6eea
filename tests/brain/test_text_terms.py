"""Stems must not depend on who else is stemming: a stem that came out wrong would be remembered."""

import threading
from itertools import product

from brain.text.terms import content_stems, stem

STARTS = "adjust agree analys approv calculat carefull describ govern improv install organis".split()
ENDS = (
    "e ed es er ers ing ingly ation ations ational ement ements ability abilities ful fulness ively".split()
)
WORDS = [start + end for start, end in product(STARTS, ENDS)]
THREADS = 8


def test_forms_of_a_word_share_a_stem_and_numbers_stay():
    assert {stem(word) for word in ("connect", "connected", "connecting", "connections")} == {"connect"}
    assert content_stems("The 1,500 policies were approved") == ["1", "500", "polici", "approv"]


def test_threads_that_stem_at_once_get_the_stems_that_one_alone_gets():
    alone = [stem(word) for word in WORDS]
    found: list[list[str]] = [[] for _ in range(THREADS)]
    together = threading.Barrier(THREADS)

    def work(number: int) -> None:
        together.wait()
        turned = WORDS[number * 7 :] + WORDS[: number * 7]
        stems = dict(zip(turned, map(stem, turned), strict=True))
        found[number] = [stems[word] for word in WORDS]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * THREADS
