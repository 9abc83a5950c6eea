"""Languages that are told apart, stemmed and freed from function words; how they ask is not looked at."""

from brain.languages.language import Compounds, Language, months_of, pattern, words_of

ITALIAN = Language(
    "it",
    "Italian",
    "italian",
    function_words=words_of(
        """a ad agli ai al alla alle allo anche avere aveva c che chi ci cio coi col come con cosa cui d da
        dagli dai dal dalla dalle dallo degli dei del dell della delle dello deve devo di dopo dov dove
        e ed era erano essere fa fare fino fra gli ha hai hanno ho i il in io l la le lei li lo loro lui
        ma me mi mia mie miei mio ne negli nei nel nell nella nelle nello noi nostra nostro o ogni per
        perche piu posso possono prima puo qual quale quali quando quanta quante quanti quanto quella
        quelle quelli quello questa queste questi questo se si sia siamo sono sta stato su sua sue sugli
        sui sul sulla sulle suo suoi tra tu tua tuo tutti tutto un una uno vi voi spettano spetta"""
    ),
    also_known_by=words_of("non mai niente nessuno senza"),
    letters="òìù",
    follows=pattern(r"^\s*(?:e|ed|ma|oppure|anche)\b"),
    months=months_of(
        """gennaio febbraio marzo aprile maggio giugno luglio agosto settembre
        ottobre novembre dicembre"""
    ),
)
PORTUGUESE = Language(
    "pt",
    "Portuguese",
    "portuguese",
    function_words=words_of(
        """a ao aos as ate com como da das de dela dele deles depois do dos e ela elas ele eles em entre
        era essa esse esta estao estar este eu faz fazer foi ha isso isto ja la lhe mais mas me mesmo
        meu meus minha minhas muito na nas nem no nos nossa nosso num numa o onde os ou para pela pelas
        pelo pelos perante pode podem posso por porque qual quais quando quanta quantas quanto quantos
        que quem se seja sem ser sera seu seus sao so sobre sua suas tambem te tem tenho ter teu tu tua
        um uma umas uns voce voces devo deve fica"""
    ),
    also_known_by=words_of("nao nunca nada ninguem sem"),
    letters="ãõç",
    follows=pattern(r"^\s*(?:e|mas|ou|tambem)\b"),
    months=months_of(
        """janeiro fevereiro março abril maio junho julho agosto setembro
        outubro novembro dezembro"""
    ),
)
DUTCH = Language(
    "nl",
    "Dutch",
    "dutch",
    function_words=words_of(
        """aan af al alle alles als ben bij daar dan dat de der deze die dit doe doen doet door dus een en
        er ge geen had hadden heb hebben hebt heeft hem het hier hij hoe hoeveel hoelang hun iemand iets
        ik in is ja je jij jou jouw jullie kan krijg krijgen krijgt kun kunnen maar mag meer men met mij
        mijn moet moeten mogen na naar nog nu of om omdat ons onze ook op over te tegen ten ter tot u
        uit uw van veel voor waar waarom wanneer want waren was wat we wel welk welke werd wie wij wil
        worden wordt zal ze zich zij zijn zo zonder zou zullen per"""
    ),
    also_known_by=words_of("niet geen nooit niets niemand zonder"),
    letters="ĳ",
    compounds=Compounds.JOINED,
    follows=pattern(r"^\s*(?:en|maar|of|ook|hoe\ zit\ het\ met)\b"),
    months=months_of(
        """januari februari maart april mei juni juli augustus september
        oktober november december"""
    ),
)
SWEDISH = Language(
    "sv",
    "Swedish",
    "swedish",
    function_words=words_of(
        """alla allt att av blev bli blir da dar de dem den denna deras dess dessa det detta dig din dina
        ditt du efter eller en er era ert ett far finns fran for gor ha hade han hans har henne hennes
        hon hos hur i ingen inom ja jag kan kunde man med mellan men mig min mina mitt mot mycket maste
        nar ni nu nagon nagot nagra och om oss pa samma sedan sig sin sina skall ska skulle som sa till
        under upp ut utan vad var vara varfor varje vart vem vems vi vid vilka vilken vilket manga ar
        over"""
    ),
    also_known_by=words_of("inte aldrig ingen inget utan"),
    letters="åäö",
    compounds=Compounds.JOINED,
    follows=pattern(r"^\s*(?:och|men|eller|aven)\b"),
    months=months_of(
        """januari februari mars april maj juni juli augusti september
        oktober november december"""
    ),
)
DANISH = Language(
    "da",
    "Danish",
    "danish",
    function_words=words_of(
        """ad af alle alt at blev blive bliver da de dem den denne der deres det dette dig din dine disse
        dog du efter eller en end er et far for fra fik får gør ham han hans har havde have hende hendes
        her hos hun hvad hvem hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår hvornar i ja jeg
        jer jo kan kunne man mange med meget men mig min mine mit mod må ned nogle noget nogen når nu og
        også om op os over på pa sa sig sin sine sit skal skulle som så til ud under var vi vil ville
        vor være været"""
    ),
    also_known_by=words_of("ikke aldrig ingen intet uden"),
    letters="øæå",
    compounds=Compounds.JOINED,
    follows=pattern(r"^\s*(?:og|men|eller)\b"),
    months=months_of(
        """januar februar marts april maj juni juli august september
        oktober november december"""
    ),
)
POLISH = Language(
    "pl",
    "Polish",
    "polish",
    function_words=words_of(
        """a aby ale albo bardzo bez bo by byc był była było byli co czy dla do gdy gdzie go i ich ile im
        ja jak jaka jaki jakie jako je jego jej jest jestem jeszcze jesli juz kiedy kim kto ktora ktore
        ktory ktorych ma mam mamy mi mnie moge może moze mozna moj moja moje muszę musze na nad nam nas
        nasz o od oraz po pod ponieważ przed przez przy są sa się sie swoj ta tak takze tam te tego tej
        ten to tu tym w we wszystko z za ze został"""
    ),
    also_known_by=words_of("nie nigdy nic nikt bez"),
    letters="ąęłśżźćń",
    follows=pattern(r"^\s*(?:a|i|ale|lub|oraz)\b"),
    months=months_of(
        """stycznia/styczeń lutego/luty marca/marzec kwietnia/kwiecień maja/maj czerwca/czerwiec lipca/lipiec
        sierpnia/sierpień września/wrzesień października/październik listopada/listopad grudnia/grudzień"""
    ),
)
