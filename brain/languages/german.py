"""German: compounds, capital nouns, verbs at the end."""

from brain.languages.language import Asks, Compounds, Decides, Language, Says, months_of, pattern, words_of

_WHAT = r"(?:kostet|kosten|gehalt|preis|gebuhr|zuschuss|lohn|beitrag|miete)"


def _without_participle(stem: str) -> str:
    """A Snowball stem without what it leaves of a participle: `gezahlt`, `zahlt` and `zahl` are one.

    CISTEM (Weissweiler and Fraser 2017) takes `ge…` and `…t` away, too, and more than that.
    """
    if len(stem) > 6 and stem.startswith("ge") and stem.endswith(("t", "n")):
        stem = stem[2:]
    while len(stem) > 4 and stem.endswith("t"):
        stem = stem[:-1].removesuffix("e")
    return stem


GERMAN = Language(
    "de",
    "German",
    "german",
    shortened=_without_participle,
    function_words=words_of(
        """ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes
        auch auf aus bei beim bin bis bist bitte da dabei dadurch dafur damit dann daran darauf darf
        darfst das dass davon dazu dein deine deinem deinen deiner dem den denen denn der deren des
        dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch durfen durft ein
        eine einem einen einer eines einige einigen einmal er es etwas euch euer eure eurem euren eurer
        fur gab geben gegen gibt hab habe haben habt hat hast hatte hatten her hier hin hinter ich ihm
        ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jene jenem
        jenen jetzt kann kannst konnen konnt konnte konnten man manche mein meine meinem meinen meiner
        mich mir mit muss musst mussen mochte mochten nach noch nun nur ob oder schon sehr sein seine
        seinem seinen seiner seit sich sie sind so sobald soll sollen sollte sollten sondern sonst um
        und uns unser unsere unserem unseren unserer unter viel viele vielen vom von vor wahrend wann
        war waren warum was weil welche welchem welchen welcher welches wem wen wenn wer werde werden
        wessen weshalb wie wieso wieviel wieviele will wird wirst wo wohin wofur womit wollen wollte
        woher worden wurde wurden wurdest wusste zu zum zur zwischen eigentlich mal muesste musste
        moeglich fuer ueber koennen koennte moechte muessen duerfen waehrend bekomme bekommt bekommen
        kriege kriegt kriegen brauche braucht brauchen gilt tun mache machen macht"""
    ),
    also_known_by=words_of(
        "nicht kein keine keinen keiner nichts nie niemand ohne kostet kosten gibt"
        " hallo danke dank tag morgen abend bitte servus moin"
    ),
    letters="äöüß",
    compounds=Compounds.JOINED,
    capital_nouns=True,
    asks=Asks(
        yes_no=pattern(
            r"""^(?:ist|sind|bin|war|hat|habe|haben|kann|konnen|konnte|darf|durfen|muss|mussen|soll|sollen
            |wird|werden|gibt\ es|gilt|bekomm\w*|krieg\w*|brauch\w*|zahlt|geht|steht|stimmt|lohnt
            |wurde)\b"""
        ),
        reason=pattern(r"\b(?:warum|wieso|weshalb|aus\ welchem\ grund|wozu)\b"),
        number=pattern(
            rf"""\bwie\s?viele?[nr]?\b | \bwie\ (?:hoch|teuer|gross|groß|weit|schwer|oft|alt|lang|breit|tief
            |schnell|warm)\b| ^(?:und\ )?was\ (?:kostet|kosten|verdien\w+|wiegt)\b
            | \bwelche[nrs]?\ (?:\w+\ )?(?:nummer|durchwahl|betrag|hohe|summe|{_WHAT})\b
            | \bwas\ (?:bekomm|krieg)\w*\ .*\b(?:pro|je)\b"""
        ),
        time=pattern(
            r"""\b(?:wann|wie\ lange|wie\ spat|um\ wie\ ?viel\ uhr|ab\ wann|bis\ wann|seit\ wann)\b
            | \b(?:an\ )?welche[mnrs]?\ (?:tag|datum|monat|jahr|uhrzeit|frist)\w*\b
            | \bwas\ ist\ die\ frist\b"""
        ),
        person=pattern(r"\b(?:wer|wem|wen|wessen|an\ wen|bei\ wem|von\ wem)\b"),
        place=pattern(r"^(?:und\ )?(?:wo|wohin|woher)\b | \bin\ welche[mrn]\ (?:raum|halle|stadt|ort)\b"),
        listed=pattern(
            r"""^(?:welche|was\ fur)\ \w+\ (?:gibt|sind|gehoren|haben|bietet)\b | ^(?:nenne|liste)\b"""
        ),
        steps=pattern(
            r"""^wie\ (?!viel|hoch|lang|oft|teuer|heisst|heißt)\w+\b | \bwas\ (?:muss|soll|mache|tun)\b
            | \bwas\ tun\b| ^(?:ich|mein|meine|wir|unser)\b(?!.*\?$)"""
        ),
        narrow=pattern(r"^(?:was|welche[rsnm]?)\b"),
        money=pattern(
            rf"""\bwas\ (?:kostet|kosten)\b | \bwie\ teuer\b | \bwie\s?viel\ (?:kostet|kosten|geld|zahl\w+
            |verdien\w+|bezahl\w+)\b| \bwie\ hoch\ (?:ist|sind)\ (?:\w+\ )?\w*{_WHAT}\w*\b"""
        ),
        counted=pattern(r"\bwie\s?viele?[nr]?\ ((?!kostet|kosten|geld)\w+)"),
        measured=pattern(
            r"""(?<=\bwie\ )(?:hoch|teuer|gross|groß|weit|oft|lange?|spat|viel\ uhr)\b
            | (?<=\bwas\ )kosten?t?\b| \bwelche\ (?:uhrzeit|nummer)\b"""
        ),
    ),
    says=Says(
        number=pattern(
            r"""\d | \b(?:ein|eins|eine[mnr]?|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf
            |\w+zehn|\w+zig|hundert|tausend|halbe[rnms]?|doppelt\w*|einmal|zweimal|kostenlos|gratis
            |keine?)\b"""
        ),
        time=pattern(
            r"""\b(?:1[5-9]|20)\d\d\b | \b\d{1,2}(?::\d\d|\.\d\d)?\ uhr\b | \b\d{1,2}:\d\d\b
            | \b\d{1,2}\.(?!\d{3})| \b(?:januar|februar|marz|april|mai|juni|juli|august|september
            |oktober|november|dezember)\w*\b| \b(?:mon|diens|mitt|donners|frei|sams|sonn)(?:tag|woch
            |abend)s?\b| \b(?:\d+|ein\w*|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf
            |\w+zehn|\w+zig|halb\w*)\ (?:\w+\ )?(?:sekunde|minute|stunde|\w*tag|woche|monat|jahr
            |quartal)\w*\b| \b(?:taglich|wochentlich|monatlich|jahrlich|sofort|heute|morgen|morgens
            |abends|mittags|mitternacht|kalendertag|folgejahr\w*|quartal\w*|vormonats?)\b
            | \bjede[nsrm]?\ (?:\w+\ )?(?:tag|woche|monat|jahr)\w*"""
        ),
        money=pattern(
            r"""[€$£] | \b(?:eur|euro|cent|chf|franken|kostenlos|gratis|umsonst|unentgeltlich)\b | \d\s?%"""
        ),
        reason=pattern(r"\b(?:weil|da|denn|wegen|aufgrund|deshalb|daher|damit|grund|ursache|infolge)\b"),
        denial=pattern(r"\b(?:nicht|kein\w*|nie|niemals|niemand\w*|nichts|ohne|weder|verboten|untersagt)\b"),
        condition=pattern(r"\b(?:nur|wenn|falls|sofern|ausser|außer|solange|es\ sei\ denn|ausgenommen)\b"),
        turning=pattern(
            r"""\b(?:vor|nach|mehr|meiste\w*|weniger|uber|unter|einmal|muss|mussen|darf|durfen|soll
            |sollen|alle\w*|beide\w*|mindestens|hochstens|spatestens|fruhestens|maximal
            |minimal|immer|stets|ja|freiwillig\w*|verpflichtend\w*|taglich|wochentlich
            |monatlich|jahrlich|halb\w*|doppelt\w*)\b"""
        ),
    ),
    decides=Decides(
        yes="Ja",
        no="Nein",
        denial=pattern(r"\b(?:nicht|keine?[nmrs]?|nie|niemals|niemand\w*|verboten|untersagt|unzulassig)\b"),
        hedge=pattern(
            r"""\b(?:nur|wenn|falls|sofern|ausser|solange|ausgenommen|es\ sei\ denn|meist\w*|manchmal|oft
            |ublicherweise|in\ der\ regel|grundsatzlich|eventuell|konnte\w*|sollte\w*|bis|nach|vor|ab
            |wahrend|aber|jedoch|obwohl|ohne|weder|zustimm\w*|genehmig\w*|absprache|teilweise|ob
            |mindestens|hochstens)\b | \bnicht\ \w+(?:te|ene)[rnms]?\b | \bnicht\ (?:mehr\ als|langer)\b"""
        ),
        under=pattern(r"^(?:in|im|bei|beim|fur|mit|auf|am|an|unter|zu|zum|zur)\b((?:\W+\w+){1,4})"),
    ),
    follows=pattern(
        r"""^\s*(?:und|aber|oder|auch|was\ ist\ mit|wie\ ist\ es\ (?:bei|mit|fur)|gilt\ das|sowie)\b"""
    ),
    months=months_of(
        """januar/jänner/jan februar/feb märz/maerz/mär april/apr mai juni/jun juli/jul august/aug
        september/sep/sept oktober/okt november/nov dezember/dez"""
    ),
)
