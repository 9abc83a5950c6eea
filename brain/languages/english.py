"""English: the language of the rules that name no language."""

from brain.languages.language import Language, months_of

# Function words carry no topic. Negations and numbers are left out of this list: they carry conditions.
STOPWORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further get gets got
    had has have having he her here hers herself him himself his how i if in into is it its itself just
    let me more most my myself of off on once only or other our ours ourselves out over own please s
    same she should so some such t tell than that the their theirs them themselves then there these they
    this those through to too under until up us very was we were what when where which while who whom
    whose why will with would you your yours yourself yourselves may might must shall upon via per
    within vs regarding concerning""".split()
    # Whoever and wherever it is: a question's "somebody" stands in no document that answers it.
    + """someone somebody something somewhere somehow anyone anybody anything anywhere everyone everybody
    everything everywhere""".split()
    # Said in chat, and of nothing.
    + """lol lmao omg haha hahaha hmm umm uh ugh argh oops wow wtf tbh idk imo imho btw thx ty hey guys
    folks dude ok okay yeah yep nope nah gonna wanna gotta kinda sorta lemme dunno cuz coz""".split()
)

ENGLISH = Language(
    "en",
    "English",
    "english",
    function_words=STOPWORDS,
    also_known_by=frozenset("not no never none nobody nothing without many much long often".split()),
    months=months_of(
        """january/jan february/feb march/mar april/apr may june/jun july/jul august/aug september/sep/sept
        october/oct november/nov december/dec"""
    ),
)
