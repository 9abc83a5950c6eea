"""Spanish: inverted question marks, and accents that people leave out."""

from brain.languages.language import Asks, Decides, Language, Says, months_of, pattern, words_of

SPANISH = Language(
    "es",
    "Spanish",
    "spanish",
    function_words=words_of(
        """a al algo alguien algun alguna algunas alguno algunos ante antes aquel aquella aquello asi aun
        aunque cada como con cual cuales cualquier cuando cuanta cuantas cuanto cuantos de del desde
        donde dos durante e el ella ellas ello ellos en entre era eran eres es esa esas ese eso esos
        esta estaba estado estan estar estas este esto estos estoy fue fueron ha haber habia hace hacen
        hacer hago han has hasta hay he hemos la las le les lo los me mi mis mas mientras mio mucho
        muchos muy nos nosotros nuestra nuestras nuestro nuestros o os otra otras otro otros para pero
        poco por porque pues que quien quienes se sea ser si sido siempre sin sobre solo son soy su sus
        suya suyo tal tambien tan tanto te tengo tener tenemos tiene tienen ti toda todas todo todos tu
        tus un una unas uno unos usted ustedes va vamos voy y ya yo puedo puede pueden podemos podria
        debo debe deben hacia segun tras quiero quiere dan da dar pasa hubo quisiera"""
    ),
    also_known_by=words_of(
        "cuesta cuestan no nunca nada nadie ni sin hola gracias buenos buenas muchas dias"
    ),
    letters="ñ¿¡íóú",
    asks=Asks(
        yes_no=pattern(
            r"""^\W*(?:se\ (?:puede|trabaja|admite|paga|permite|puedo)\w*|puedo|puede|podemos|tengo|tenemos
            |hay|es|son|esta|estan|debo|hace\ falta|existe|tienen|tiene|me\ pagan|me\ dan)\b"""
        ),
        reason=pattern(r"\b(?:por\ que|cual\ es\ (?:el\ motivo|la\ razon|la\ causa)|a\ que\ se\ debe)\b"),
        number=pattern(
            r"""\bcuant[oa]s?\b(?!\ tiempo) | \bcual\ es\ (?:el|la)\ (?:\w+\ )?(?:precio|coste|importe
            |numero|extension|limite|tarifa|sueldo|edad|telefono)\b| \bque\ (?:precio|importe|numero
            |extension|porcentaje|deposito|temperatura)\b"""
        ),
        time=pattern(
            r"""\bcuando\b | \ba\ que\ hora\b | \bque\ (?:dia|fecha|mes|ano|plazo|horario|garantia)\b
            | \bcuanto\ tiempo\b| \bcada\ cuanto\b | \bcuanto\ (?:dura|tarda)n?\b
            | \bcual\ es\ (?:el\ plazo|la\ fecha)\b | \bcuanta\ antelacion\b"""
        ),
        person=pattern(r"\bquien(?:es)?\b"),
        place=pattern(r"\b(?:donde|adonde)\b | \ben\ que\ (?:sala|ciudad|lugar|edificio)\b"),
        listed=pattern(
            r"""^\W*(?:cuales\ son|que\ (?:tipos|clases|documentos|servicios))\b | ^\W*(?:enumera|lista)\b"""
        ),
        steps=pattern(
            r"""^\W*(?:y\ )?como\b | \bque\ (?:hago|hacer|debo|tengo\ que|hay\ que|necesito)\b | ^\W*(?:he
            |me|mi|mis|un|una)\b(?!.*\?$)"""
        ),
        narrow=pattern(r"^\W*(?:que|cual)\b"),
        money=pattern(
            r"""\bcuanto\ (?:cuesta|cuestan|vale|valen|cobro|pago|se\ paga|es\ la\ dieta|le\ cobro
            |puede\ costar|gana|gano|aporta)\b| \ba\ cuanto\ se\ paga\b | \bcuanto\b.*\b(?:cuesta|costar
            |pagar|cobrar|cobro)\b | \bcual\ es\ el\ (?:precio|coste|importe|sueldo)\b"""
        ),
        measured=pattern(
            r"""\bcuanto\ (?:cuestan?|vale|tiempo|es)\b | \bque\ hora\b | \bcual\ es\ (?:el|la)\ (?:precio
            |numero|importe)\b"""
        ),
        counted=pattern(r"\bcuant[oa]s\ (\w+)"),
    ),
    says=Says(
        number=pattern(
            r"""\d | \b(?:un|una|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince
            |veinte|treinta|cuarenta|cincuenta|sesenta|cien|ciento|mil|mitad|doble|gratis|gratuit[oa]s?
            |sin\ coste|ningun[oa]?|incluido)\b"""
        ),
        time=pattern(
            r"""\b(?:1[5-9]|20)\d\d\b | \b\d{1,2}:\d\d\b| \b(?:enero|febrero|marzo|abril|mayo|junio|julio
            |agosto|septiembre|octubre|noviembre|diciembre)\b| \b(?:lunes|martes|miercoles|jueves
            |viernes|sabados?|domingos?)\b| \b(?:\d+|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve
            |diez|doce|quince|veinte|treinta)\ (?:\w+\ )?(?:segundo|minuto|hora|dia|semana|mes|ano
            |trimestre)(?:s|es)?\b| \bdia\ \d{1,2}\b | \b(?:diari\w+|semanal\w*|mensual\w*|anual\w*
            |inmediatamente|hoy|manana|mediodia|medianoche)\b| \bsiguiente\b"""
        ),
        money=pattern(
            r"""[€$£] | \b(?:eur|euros?|centimos?|gratis|gratuit[oa]s?|incluido)\b | \bsin\ coste\b
            | \bno\ \w+\ (?:coste|nada)\b | \d\s?%"""
        ),
        reason=pattern(r"\b(?:porque|debido|ya\ que|por\ eso|a\ causa|para\ que|motivo|pues)\b"),
        denial=pattern(r"\b(?:no|nunca|jamas|nada|nadie|ningun\w*|sin|ni|prohibid\w*)\b"),
        condition=pattern(r"\b(?:solo|solamente|si|salvo|excepto|siempre\ que|a\ menos)\b"),
        turning=pattern(
            r"""\b(?:antes|despues|mas|menos|sobre|bajo|debe|deben|puede|pueden|todos|todas|ambos
            |ambas|minimo|maximo|siempre|opcional\w*|obligatori\w+|diari\w+|semanal\w*
            |mensual\w*|anual\w*|medi[oa]|doble)\b"""
        ),
    ),
    decides=Decides(
        yes="Sí",
        no="No",
        denial=pattern(r"\b(?:no|nunca|jamas|nadie|prohibid[oa]s?)\b"),
        hedge=pattern(
            r"""\b(?:solo|solamente|unicamente|si|salvo|excepto|siempre\ que|a\ menos|a\ veces|normalmente
            |generalmente|en\ principio|podria\w*|segun|pero|sin\ embargo|aunque|cuando|despues|antes|hasta
            |durante|mientras|autorizacion|permiso|aprobacion|sin|ni|al\ menos|como\ maximo)\b
            | \bno\ \w+[ai]d[oa]s?\b"""
        ),
        under=pattern(r"^(?:en|para|con|a|al|por|desde|bajo)\b((?:\W+\w+){1,4})"),
    ),
    follows=pattern(r"^\W*(?:y|e|pero|o|tambien|que\ pasa\ con|lo\ mismo)\b"),
    months=months_of(
        """enero febrero marzo abril mayo junio julio agosto septiembre/setiembre/sept octubre/oct
        noviembre/nov diciembre/dic"""
    ),
)
