"""French: elisions, "est-ce que", numbers with blanks."""

from brain.languages.language import Asks, Decides, Language, Says, months_of, pattern, words_of

FRENCH = Language(
    "fr",
    "French",
    "french",
    function_words=words_of(
        """a afin ai aient ainsi ait alors apres as au aucun aura aussi autre autres aux avaient avais
        avait avant avec avez avoir avons ayant c car ce ceci cela celle celles celui ces cet cette ceux
        chez ci combien comme comment d dans de des depuis donc dont du elle elles en encore entre es
        est et etaient etais etait etant ete etes etre eu eux fait faire faut font furent fut il ils j
        je l la le les leur leurs lors lorsque lui m ma mais me meme memes mes moi mon n nos notre nous
        on ont ou par parce pas pendant peu peut peuvent peux plus pour pourquoi puis puisje pouvez
        pouvoir qu quand que quel quelle quelles quels qui quoi s sa sans se sera seront ses si sinon
        soi soit sommes son sont sous suis sur t ta tant te tes toi ton tous tout toute toutes tres tu
        un une va vers vont vos votre vous y dois doit doivent devoir devez peuton vais veux veut
        voudrais aimerais jusqu jusque lorsqu quelqu est-ce touche deviens deviennent"""
    ),
    also_known_by=words_of("coute coutent ne non jamais rien sans ni bonjour merci salut bonsoir beaucoup"),
    letters="çèêàùîôëïœ",
    asks=Asks(
        yes_no=pattern(
            r"""^(?:est-ce\ qu|est-il|est-elle|est-on|y\ a-t-il|a-t-on|peut-on|puis-je|dois-je|faut-il|ai-je
            |avons-nous|pouvons-nous|peut-il|existe-t-il|\w+-t-(?:il|elle|on)|le\ \w+\ est-il
            |la\ \w+\ est-elle)"""
        ),
        reason=pattern(r"\b(?:pourquoi|pour\ quelle\ raison)\b"),
        number=pattern(
            r"""\bcombien\b | \bquel(?:le)?s?\ (?:est|sont|etait)\ (?:le|la|les
            |l)\b['\s]?(?:\w+\ ){0,2}?(?:prix|cout|tarif|montant|plafond|numero|nombre|taux|duree|valeur
            |poste|budget|salaire|indemnite)\b| \bquel(?:le)?s?\ (?:prix|cout|montant|numero|taux|poste
            |temperature|age|plafond)\b | \ba\ quel\ prix\b"""
        ),
        time=pattern(
            r"""\bquand\b | \b(?:a\ )?quelle\ heure\b | \bquel(?:le)?s?\ (?:jour|date|mois|annee|delai
            |horaire)s?\b| \bcombien\ de\ temps\b | \bquel(?:le)?\ est\ (?:le|la)\ (?:delai|date
            |duree)\b | \bjusqu['\s]a\ quand\b| \b(?:dans|sous)\ quel\ delai\b | \btous\ les\ combien\b"""
        ),
        person=pattern(
            r"""^(?:et\ )?(?:a|de|par|pour|avec|chez)?\ ?qui\b(?!\ est\ ce\ que\ ca) | \bqui\ (?:est|sont
            |dois|contacter|prevenir|puis)\b"""
        ),
        place=pattern(r"^(?:et\ )?(?:d['\s])?ou\ (?:est|sont|se|puis|peut|trouver|faut|dois|ranger|a)\b"),
        listed=pattern(r"^(?:quels|quelles)\ (?!est|sont\ (?:le|la)\b)\w+ | ^(?:listez|citez|enumerez)\b"),
        steps=pattern(
            r"""^(?:et\ )?comment\b | \bque\ (?:faire|dois-je|faut-il)\b | \bquoi\ faire\b | ^(?:je|j|mon|ma
            |on|nous)\b(?!.*\?$)"""
        ),
        narrow=pattern(r"^(?:quel|quelle|que|qu)\b"),
        money=pattern(
            r"""\bcombien\ (?:coute|coutent|ca\ coute|je\ touche|je\ paie|paie|vaut|est\ rembourse|gagne)
            | \bcombien\b.*\b(?:coute|coutent|rembours\w+|paie|payer|kilometre|gratuite?)\b
            | \bquel\w*\ (?:est\ |sont\ )?(?:le\ |la\ |les\ )?(?:\w+\ )?(?:prix|cout|tarif|montant
            |salaire)\b"""
        ),
        measured=pattern(
            r"""\bcombien\ (?:ca\ )?coute(?:nt)?\b | \bcombien\ de\ temps\b | \bquelle\ heure\b
            | \bquel(?:le)?\ (?:est|sont)\ (?:le|la)\ (?:numero|prix|montant|cout)\b"""
        ),
        counted=pattern(r"\bcombien\ d(?:e\ |['’\s])(?!temps)(\w+)"),
    ),
    says=Says(
        number=pattern(
            r"""\d | \b(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente
            |quarante|cinquante|soixante|cent|mille|moitie|tiers|quart|gratuite?s?|gratuitement
            |offerte?s?|aucune?)\b"""
        ),
        time=pattern(
            r"""\b(?:1[5-9]|20)\d\d\b | \b\d{1,2}\ ?h(?:\ ?\d\d)?\b | \b\d{1,2}:\d\d\b | \b1er\b
            | \b(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre
            |decembre)\b| \b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b| \b(?:\d+|une?
            |deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt|trente
            |demi\w*)\ (?:\w+\ )?(?:seconde|minute|heure|jour|journee|semaine|mois|an|annee
            |trimestre)e?s?\b | \ble\ \d{1,2}\b| \b(?:quotidien\w*|hebdomadaire\w*|mensuel\w*|annuel\w*
            |immediatement|demain|aujourd'hui|matin|soir|midi|minuit)\b"""
        ),
        money=pattern(r"[€$£] | \b(?:eur|euros?|centimes?|gratuite?s?|gratuitement|offerte?s?)\b | \d\s?%"),
        reason=pattern(
            r"""\b(?:car|parce|puisque|en\ raison|a\ cause|afin|grace\ a|c'est\ pourquoi|donc|motif)\b"""
        ),
        denial=pattern(r"\b(?:ne|n|pas|jamais|rien|sans|aucune?|ni|interdite?s?)\b"),
        condition=pattern(r"\b(?:seulement|uniquement|si|sauf|excepte)\b"),
        turning=pattern(
            r"""\b(?:avant|apres|plus|moins|sous|doit|doivent|peut|peuvent|tous|toutes|tout|toute
            |les\ deux|minimum|maximum|toujours|oui|facultati\w+|obligatoire\w*|quotidien\w*
            |hebdomadaire\w*|mensuel\w*|annuel\w*|demi\w*|double)\b"""
        ),
    ),
    decides=Decides(
        yes="Oui",
        no="Non",
        denial=pattern(
            r"""\bn(?:e\b|['’]).*?\b(?:pas|jamais|rien|aucune?|plus|personne)\b
            | \b(?:aucune?|interdite?s?|exclue?s?|refusee?s?)\b"""
        ),
        hedge=pattern(
            r"""\b(?:seulement|uniquement|si|sauf|excepte|hors|parfois|souvent|generalement|en\ principe
            |peut-etre|pourrai\w*|selon|mais|cependant|toutefois|bien\ que|quand|lorsqu\w*|apres|avant
            |jusqu\w*|pendant|tant\ qu\w*|a\ condition|accord|autorisation|sans|ni|non|au\ moins|au\ plus
            |des\ que)\b | \bn(?:e\b|['’]).*\bqu(?:e\b|['’])"""
        ),
        under=pattern(r"^(?:en|dans|pour|chez|avec|a|au|aux|sur|sous|depuis|par)\b((?:\W+\w+){1,4})"),
    ),
    follows=pattern(r"^\s*(?:et|mais|ou\ bien|aussi|qu['\s]en\ est-il|meme\ chose)\b"),
    months=months_of(
        """janvier/janv février/févr mars avril/avr mai juin juillet/juil août septembre/sept octobre/oct
        novembre/nov décembre/déc"""
    ),
)
