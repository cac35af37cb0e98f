# ruff: noqa: E501 - a rule is one line of the table
"""Spanish: what makes a sentence last."""

from __future__ import annotations

from typing import Final

from .utterance_rules import Language, Rule

_DET: Final = r"(?:el|la|los|las|lo|es[aeo]s?|est[aeo]s?|aquell?\w*|un|una|unos|unas|mi|tu|su|otr[ao]s?|ambos|segund[ao]|primer[ao]?)\b"
_BAD_STATE: Final = (
    r"\b(?:falla\w*|fallando|rot[ao]s?|rompe\w*|bugs?|mal\b|equivocad\w+|incorrect\w+|caíd[ao]|se cae|cuelga|lent[ao]|demasiad\w+|otra vez|de nuevo|"
    r"no funciona|raro|extraño|línea \d+)\b"
)
_IMPERATIVE: Final = (
    r"(?:usa|utiliza|emplea|escribe|ejecuta|haz|pon|mantén|pregunta(?:me)?|pregúntame|avísame|consulta|responde|respóndeme|contesta|contéstame|escríbeme|añade|agrega|revisa|comprueba|"
    r"prueba|documenta|formatea|evita|elige|prefiere|corre|crea|deja|nombra|actualiza|muestra|enséñame|explica|confirma|guarda|separa|divide|incluye|sigue|aplica|firma|lanza|pasa|verifica|recuerda|"
    r"genera|regenera|abre|cierra|sube|borra|mueve|instala|lee|valida|marca|etiqueta|construye|compila|despliega|limpia|ordena|traduce|registra|captura|devuelve|"
    r"llama|cambia|mete|quita|mira|pide|anota|coloca|trabaja|habla|respeta|conserva|resume|fusiona|refactoriza|termina|empieza)"
)
_SUBJUNCTIVE: Final = (
    r"(?:uses|utilices|hagas|escribas|subas|añadas|agregues|pongas|borres|toques|modifiques|cambies|instales|resumas|expliques|mezcles|dejes|"
    r"edites|publiques|commitees|pushees|ejecutes|incluyas|repitas|inventes|asumas|ignores|desactives|abrevies|olvides|metas|crees|actualices|envíes|llames)"
)
_EVERY: Final = (
    r"\b(?:cada (?:\w+ )?(?:noche|día|mañana|semana|mes|hora|trimestre|lunes|martes|miércoles|jueves|viernes|sábado|domingo)|tod[ao]s l[ao]s (?:noches|días|mañanas|semanas|meses|lunes|martes|"
    r"miércoles|jueves|viernes|sábados|domingos)|los (?:lunes|martes|miércoles|jueves|viernes|sábados|domingos)|por la noche|de madrugada|diariamente|semanalmente|mensualmente)\b"
)
_RESOURCE: Final = (
    r"(?:errores|bugs|tickets|incidencias|tareas|backlog|tablero|panel|paneles|documentación|documentos|manual|runbooks?|wiki|especificación|"
    r"especificaciones|diseños|colores|canal|logs|registros|métricas|alertas|lista|guía|credenciales|esquemas?|traducciones|actas)"
)
_TARGET: Final = (
    r"(?:https?://\S+|\b[\w-]+(?:\.[\w-]+)+/\S+|(?:linear|jira|notion|confluence|slack|github|gitlab|figma|grafana|datadog|sentry|asana|trello|"
    r"google \w+|miro|sharepoint|teams|kibana|youtrack|redmine|bitbucket|bitwarden|1password|vault|keepass|pagerduty|opsgenie|zendesk)\b|(?:el )?(?:repositorio|repo|canal|proyecto) \S+)"
)
_SYSTEM: Final = (
    r"(?:aplicación|app|biblioteca|librería|programa|proyecto|código|servicio|paquete|plugin|producto|herramienta|binario|build|api|backend|frontend|"
    r"sitio|web|sistema|servidor|cliente|sdk|cli|base de datos|extensión|imagen|software)"
)

SPANISH: Final = Language(
    "es",
    frozenset(
        """el la los las y es son de en que un una no con para por se lo del al nos yo tú nosotros usa usamos si
        siempre nunca por favor pero también o como más este esta eso esto porque hay ha han hemos debe deben ser
        está están muy sin sobre cuando qué cómo dónde sí ya todo todos todas mi tu su deja prefiero decidimos soy a usar evita utiliza utilizar uses prefiere nuestro nuestra nuestros nuestras tiene tienen""".split()  # noqa: SIM905
    ),
    lead=(
        r"(?:(?:ok(?:ay)?|vale|bueno|y|pero|además|también|por cierto|oye|hola|sí|si,|bien|genial|gracias|muchas gracias|una cosa más|otra cosa|"
        r"importante|importantísimo|nota|ojo|ps|pd|así que|entonces|perfecto|exacto|claro|correcto|mira|espera|estupendo|muy bien)\b[\s,:.!–—-]+|[-*•¡]\s*|\d+[.)]\s+)"
    ),
    polite=r"^¿?(?:puedes|podrías|podés) (?:por favor )?(?=(?:siempre|nunca|a partir de ahora|de ahora en adelante|en adelante)\b)",
    reason=r",? (?:porque|ya que|puesto que|dado que|pues|si no|de lo contrario|para que|debido a|por la|por el)\b",
    vetoes=(
        (
            "question",
            r"\?\s*$|^¿|^(?:por qué|qué|cómo|cuándo|dónde|quién|cuál|cuáles|cuánto)\b|\bme pregunto\b|\bexplica(?:me)? por qué\b",
        ),
        (
            "hypothetical",
            r"\b(?:imagina|imaginemos|supón|supongamos|suponiendo|y si|en teoría|hipotéticamente|quizá|quizás|tal vez|a lo mejor|podría\w*|"
            r"debería(?:mos|n)?|tendría\w*|sería\w*|habría\w*|\w+(?:áramos|iéramos|ásemos)|no estoy segur\w|no sé si|pensando en|creo que|supongo|probablemente|"
            r"algún día|más adelante|por ejemplo|idea:|propuesta)\b",
        ),
        (
            "task",
            r"^(?:escribe|redacta|genera|crea|traduce) [^:]{2,80}:\s+(?=\w)|\b(?:por ahora|de momento|por el momento|esta vez|por esta vez|solo hoy|sólo hoy|temporalmente|provisionalmente|ahora mismo|"
            r"(?:en|para|con|de|a) est[ea]s? (?!manera|forma|modo|estilo|proyecto|repo|repositorio|equipo|código|empresa|monorepo)\w+|es[ae] no|la de abajo|la de arriba|"
            r"l[ao] (?:segund|primer|otr|anterior|siguiente|últim)\w*|el (?:segundo|primero?|tercer|otro|anterior|siguiente|último)|opción \w|todavía no|aún no|"
            r"antes de la demo|como (?:has )?propuesto|(?:añade|crea|escribe|haz|agrega) (?:un|una|el|la)\b)",
        ),
        (
            "anaphora",
            r"^(?:(?:por|favor|siempre|nunca|y|así|hazlo|haz|lo|eso|esto|de|esta|manera|forma|igual|sigue|a|partir|ahora|en|adelante)[\s,]+)*(?:así|siempre|hazlo|eso|esto|igual|ahora|adelante|favor)[.!]*$",
        ),
        (
            "state",
            r"\b(?:pero (?:desde|ahora|no|se|el|la|hoy|cuando|en)\b|actualmente|en este momento|desde (?:ayer|hoy|el lunes|el martes|el viernes|la última)\b|vacío|veo que|estamos viendo|botón|casilla|píxel(?:es)?|px|reunión|el texto (?:dirá|dice)|para otro día)\b|, arréglal\w+|, (?:escribe|añade|crea) (?:un[oa]s|algun)",
        ),
        (
            "reported",
            r"\b(?:dice|dicen|dijo|dijeron|según|afirma|sugiere|recomienda|escribió|pone que|el mensaje|cita|reza|menciona|contiene)\b",
        ),
        (
            "negated",
            r"\b(?:no siempre|no hace falta|no es necesario|no tienes que|no tenemos que|no hay que|todavía no|aún no|no hemos (?:decidido|elegido)|"
            r"nunca (?:dije|he dicho|he visto|había)|da igual|como quieras|no es cierto|no es verdad)\b",
        ),
    ),
    rules=(
        Rule("role", "preference", "user", 0.9, r"^(?:yo )?(?:soy|trabajo como|trabajo de) (?:un |una |el |la )?(?:[\w-]+ ){0,2}?(?:ingenier[oa]|desarrollador[a]?|programador[a]?|gerente|diseñador[a]?|científic[oa]|analista|estudiante|investigador[a]?|fundador[a]?|administrador[a]?|arquitect[oa]|profesor[a]?|consultor[a]?|jef[ea]|responsable|principiante|novat[oa]|tester|product manager|devops|físic[oa]|matemátic[oa])\b"),
        Rule("knowledge", "preference", "user", 0.85, r"^(?:yo )?(?:no conozco (?:mucho|bien)|conozco (?:poco|bien)|llevo .+ (?:años|meses|semanas) (?:con|en|programando|trabajando|usando)|tengo .+ años de experiencia|no sé (?:mucho|nada) (?:de|sobre)|soy nuev[oa] en|nunca he (?:usado|programado|trabajado))\b", r"\best[ea] (?:error|código)\b"),
        Rule("trait", "preference", "user", 0.9, r"^(?:soy (?:daltónic[oa]|disléxic[oa]|cieg[oa]|zurd[oa])|me llamo |[\w ]{2,20} no es mi (?:lengua|idioma) \w+|mi (?:nombre|zona horaria|rol|puesto|idioma) es|trabajo (?:en|para) (?!est[ea]|ell?o)\w+|vivo en)"),
        Rule("background", "preference", "user", 0.85, r"^(?:yo )?(?:vengo (?:del? )?(?:mundo|de la|del|de)|trabajo (?:desde|sobre todo con|principalmente con)|estoy (?:acostumbrad[oa] a|basad[oa] en)|soy (?:más|sobre todo|principalmente) (?:de|un|una)?) ?(?!est[aeo]|eso)\S+|^mi (?-i:[A-Z])\w+ (?:es|está) (?:básico|oxidado|limitado|flojo)", r"\b(?:ahora|hoy|reunión)\b"),
        Rule("from-now-on", "preference", "feedback", 0.9, r"(?:^|[,;:] (?:y )?(?:por favor )?)(?:a partir de ahora|de ahora en adelante|desde ahora|en adelante|en el futuro|de aquí en adelante|la próxima vez|a partir de hoy)[,:]? (?!va\b|será|habrá|hay\b|voy|vamos a (?:necesitar|ver))\S+(?: \S+)+", strong=True),
        Rule("from-now-on-after", "preference", "feedback", 0.9, rf"^(?:por favor,? )?(?:no )?(?:{_IMPERATIVE}|{_SUBJUNCTIVE})\b.* (?:a partir de ahora|de ahora en adelante|en adelante|en el futuro)[.!]*$", strong=True),
        Rule("always", "preference", "feedback", 0.9, rf"(?:^|[,;:] (?:y )?)(?:por favor,? )?(?:siempre {_IMPERATIVE}|{_IMPERATIVE} siempre|siempre (?:debes|tienes que|hay que|que \w+,? {_IMPERATIVE})|(?:debes|tienes que|hay que) siempre)\b(?: \S+)+", strong=True),
        Rule("never", "preference", "feedback", 0.9, rf"(?:^|[,;:] (?:y )?)(?:por favor,? )?(?:nunca|jamás) (?:más )?{_SUBJUNCTIVE}\b(?: \S+)*|^no {_SUBJUNCTIVE} (?:\S+ )*?(?:nunca|jamás)\b", strong=True),
        Rule("we-always", "preference", "feedback", 0.85, r"^(?:aquí )?(?:nosotros )?(?:siempre|nunca) (?:usamos|hacemos|escribimos|ejecutamos|subimos|ponemos|mezclamos|desplegamos|revisamos|firmamos|nombramos|probamos)\b \S+", strong=True),
        Rule("whenever", "preference", "feedback", 0.85, rf"^(?:cada vez que|siempre que|cuando|antes de (?:que )?|después de) [^,]{{3,80}}, (?:por favor )?(?:siempre )?{_IMPERATIVE}\b \S+", r"\b(?:termines|acabes|hago|ejecuto|abro|intento|est[eao] )\b", strong=True),
        Rule("ask-first", "preference", "feedback", 0.85, r"^(?:por favor,? )?(?:pregúntame|avísame|consúltame|pregunta) (?:siempre )?antes de \w+(?! (?:est|es)[aeo]\b) \S+", strong=True),
        Rule("prefer", "preference", "feedback", 0.9, r"^(?:yo )?(?:prefiero|preferimos) (?!es[aeo]|est[aeo]|la (?:primera|segunda|otra)|el (?:primero|segundo|otro)|que no\b)\S+(?: \S+)+"),
        Rule("dislike", "preference", "feedback", 0.85, r"^(?:a mí )?(?:no me gust(?:an|a que|a cuando|a ver)|odio (?:los|las|que|cuando)|no quiero (?:ver )?(?:comentarios|emojis|más \w+|que (?:uses|hagas|añadas|pongas)))\b", r"\b(?:est[aeo]s?|es[aeo]s?)\b"),
        Rule("stop", "preference", "feedback", 0.85, r"^(?:por favor,? )?(?:deja|para) de (?!ejecutar|hacer eso|trabajar|buscar|intentar)\w+(?:ar|er|ir|arme|erme)\b \S+", r"\b(?:servidor|proceso|ahora)\b"),
        Rule("do-not-plural", "preference", "feedback", 0.8, rf"^(?:por favor,? )?no (?:uses|utilices|añadas|agregues|pongas|escribas|incluyas|metas|hagas|crees|instales) (?:más )?(?!{_DET}|nada|caso|ningun|falta|cambios|\S*/)\w{{3,}}", r"\b(?:ahora|todavía|aquí|aún)\b"),
        Rule("do-not-without", "preference", "feedback", 0.85, rf"^(?:por favor,? )?(?:no|nunca) {_SUBJUNCTIVE}\b.* sin (?:preguntar\w*|avisar\w*|permiso|pedir\w*|consultar\w*|tests|pruebas|revisión)", r"\best[aeo]s?\b", strong=True),
        Rule("rule", "preference", "feedback", 0.85, r"^(?:como regla(?: general)?|por regla general|en general|por defecto|por norma|regla|norma|convención)[,:] \S+(?: \S+)+", strong=True),
        Rule("always-in", "preference", "feedback", 0.85, r"^(?!el |la |l[ao]s |esto|eso|aquí|yo|tú)(?:[\w-]+ ){1,4}?(?:siempre|nunca|solo|sólo|únicamente) (?:en|con|sin|como|bajo)\b", r"\b(?:falla|funciona|devuelve|está|es|hay)\b", strong=True),
        Rule("avoid", "preference", "feedback", 0.8, rf"^(?:por favor,? )?evita (?:usar |añadir |escribir )?(?!{_DET})\S+", r"\b(?:aquí|ahora|est[aeo]s?)\b"),
        Rule("avoid-use", "preference", "feedback", 0.85, rf"^no (?:uses|utilices) (?!{_DET})[^,;]{{2,40}}[,;:–—-]+ ?(?:mejor )?(?:usa|utiliza) (?!{_DET})\S+"),
        Rule("for-all", "preference", "feedback", 0.85, rf"^(?:por favor,? )?{_IMPERATIVE} (?:\S+ ){{1,4}}?(?:para|en) (?:tod[ao]s|cada|cualquier)\b", r"\b(?:est[aeo]s?|ahora|línea)\b"),
        Rule("we-use-not", "preference", "feedback", 0.85, rf"^(?:no[,.:!]? )?(?:aquí )?(?:usamos|utilizamos|escribimos) (?!{_DET})[^,]{{2,40}},? (?:y )?no (?!{_DET})\S+"),
        Rule("not-but", "preference", "feedback", 0.85, rf"^(?:no )?(?!{_DET})[\w.+#-]+ en (?:vez|lugar) de (?!{_DET})\S+[.!]*$"),
        Rule("convention", "preference", "feedback", 0.8, r"^(?:tod[ao]s )?(?:l[ao]s |nuestr[ao]s )?(?:tests|pruebas|comentarios|mensajes de (?:commit|error|log)|commits|ramas|nombres de (?:l[ao]s )?\w+|migraciones|importaciones|constantes|componentes|variables|identificadores|docstrings) (?:van|deben|tienen que|deberían|empiezan|terminan|se (?:escriben|nombran|guardan|ponen)|viven)\b (?!pasar|funcionar|fallar)\S+", r"\b(?:est[aeo]s?|ahora|pasar|otra vez)\b"),
        Rule("here-we", "preference", "feedback", 0.85, r"^(?:(?:aquí|en este (?:proyecto|repo|repositorio|equipo)|en nuestro (?:proyecto|repo|equipo)),? )(?:no |siempre |nunca |solo |sólo )+(?:usamos|utilizamos|hacemos|escribimos|ponemos|metemos|mezclamos|mockeamos|añadimos|subimos|se \w+)\b \S+|^(?:recuerda|ten en cuenta|acuérdate(?: de)?) que (?:aquí )?(?:no |siempre |nunca |solo |sólo )+\w+mos\b \S+", _BAD_STATE, strong=True),
        Rule("each-has", "preference", "feedback", 0.8, r"^(?:cada|tod[ao] (?!el |la )|todos los|todas las) ?(?:[\w-]+ ){1,3}?(?:lleva|llevan|va|van|necesita|necesitan|tiene|tienen|incluye|incluyen|empieza|empiezan) (?!un (?:error|fallo|bug)|que pasar|problemas)\S+(?: \S+)*", _BAD_STATE + r"|\b(?:fila|columna|botón|usuario|ahora)\b"),
        Rule("never-tail", "preference", "feedback", 0.85, rf"^(?:por favor,? )?{_IMPERATIVE} .*\b(?:nunca|jamás|nunca más|siempre|en ningún caso|bajo ningún concepto)[.!]*$", _BAD_STATE, strong=True),
        Rule("none-of", "preference", "feedback", 0.8, r"^(?:nada de|ni un|ningún|basta de|sin) (?!est|es[aeo]\b|eso|prisa|problema|errores)\w+(?: \w+)? (?:en|dentro de|por) (?:l[ao]s |el |la |tod[ao]s )?\w+", r"\b(?:ahora|hoy)\b|" + _BAD_STATE),
        Rule("same-for-all", "pattern", "feedback", 0.75, r"\b(?:hazlo|hazla|haz lo mismo|igual|lo mismo|de la misma (?:forma|manera)) (?:igual )?(?:en|con|para) (?:l[ao]s demás|el resto de|tod[ao]s l[ao]s|l[ao]s otr[ao]s)\b", r"\bpero\b"),
        Rule("trailing-always", "preference", "feedback", 0.85, r"^(?!est[eao]|es[eao]\b|yo\b|me\b)\S+(?: \S+){2,}, (?:siempre|sin excepción|sin excepciones|nunca|en todas partes|en todo el proyecto)[.!]*$", _BAD_STATE, strong=True),
        Rule("keep-style", "preference", "feedback", 0.85, r"^(?:por favor,? )?(?:responde|respóndeme|contesta|contéstame|escribe|escríbeme|háblame|explícame|sé)(?: siempre)? (?:más |muy )?(?:breve|conciso|concisa|corto|directo|en (?:español|inglés|castellano)|con (?:brevedad|frases)|sin \w+|menos)\b|^(?:por favor,? )?mantén (?:tus|las) (?:respuestas|explicaciones|funciones|descripciones) \w+", r"\b(?:ahora|esta vez)\b"),
        Rule("custom", "preference", "feedback", 0.85, r"\b(?:(?:es|son) (?:nuestra )?(?:costumbre|la norma|la convención|norma de la casa|el estándar)(?: aquí| nuestra)?|(?:nuestra|la) (?:norma|convención|regla|política)(?: aquí)? es|para mí es importante que|es importante (?:para mí|para nosotros) que|me importa que|como norma,? )\b.*", r"\b(?:est[aeo]s?|mal)\b", strong=True),
        Rule("for-x-we", "preference", "feedback", 0.8, r"^para (?!est|ahora|es[aeo]\b|que\b|la (?:demo|primera))[\w./'-]+(?: [\w./'-]+){0,4},? (?:usamos|utilizamos|preferimos|usa siempre|siempre usamos|solo usamos) (?!est|es[aeo]\b|lo\b)\S+", _BAD_STATE + r"|\bahora\b"),
        Rule("generic-is", "preference", "feedback", 0.8, r"^(?:(?:tod[ao]s )?l[ao]s )(?:[\w/-]+ ){1,5}?(?:nunca|siempre|no|solo|sólo) se (?:\w+n|\w+a|\w+e)\b(?: \S+)*", _BAD_STATE + r"|\b(?:bien|correctamente|como|por qué|ahora|todavía|aún|carga\w*|muestra\w*|ve|ven|actualiza\w*|guarda\w*)\b"),
        Rule("if-you", "preference", "feedback", 0.8, r"^(?:si|cuando) (?:no estás segur[oa]|tienes dudas|algo no está claro|dudas)\b[^,]{0,60}, (?:por favor )?(?:pregunta|pregúntame|para|avísame|consulta|usa)\b", strong=True),
        Rule("instead-of", "preference", "feedback", 0.85, rf"(?:^|[,;:.] )(?:no[,.:!]? )?(?:por favor,? )?(?:mejor )?(?:usa|utiliza|emplea|escribe|prefiere) (?!{_DET})(?:\S+ ){{1,4}}?(?:en vez de|en lugar de|y no|no) (?!{_DET})\S+"),
        Rule("no-use", "preference", "feedback", 0.75, rf"^no[,.:!]+ (?:por favor,? )?(?:mejor )?(?:usa|utiliza|emplea) (?!{_DET}|solo|sólo|\d|\S*/)[\w.+#@-]+(?: [\w.+#-]+){{0,2}}[.!]*$"),
        Rule("decision", "decision", "project", 0.85, r"^(?:nosotros )?(?:(?:ya |finalmente |al final )?(?:hemos|el equipo ha) (?:decidido|elegido|acordado|optado|escogido|descartado)|decidimos|acordamos|elegimos|optamos|escogimos|descartamos|el equipo (?:decidió|acordó|eligió))\b (?!eso|esto|luego|después|ayer[.!]*$)\S+(?: \S+)*", strong=True),
        Rule("decision-named", "decision", "project", 0.85, r"^(?:decisión|decidido|acuerdo): \S+(?: \S+)+", strong=True),
        Rule("switched", "decision", "project", 0.8, r"^(?:hemos (?:pasado|migrado|cambiado|dejado|abandonado|reemplazado|sustituido)|pasamos|migramos|cambiamos|estamos (?:migrando|pasando|cambiando)) (?:\S+ ){0,4}?(?:a|de|por|con)\b \S+", r"\b(?:línea|archivo|rama)\b|" + _BAD_STATE),
        Rule("take-because", "decision", "project", 0.8, rf"^(?:vamos (?:a usar|a utilizar|con|a quedarnos con)|usaremos|usemos|nos quedamos con) (?!{_DET}|opción)\S+.* (?:porque|ya que|puesto que|dado que)\b"),
        Rule("stay-with", "decision", "project", 0.85, r"^(?:al final )?(?:nos quedamos con|apostamos por|seguimos con|optamos por|renunciamos a|hemos dicho (?:que )?no a|dejamos) (?!est|es[aeo]\b|la (?:primera|segunda|otra)|el (?:primero|segundo|otro)|opción|de\b)(?-i:[A-Z]|\w+ (?:en (?:vez|lugar) de|porque|por))\S*(?: \S+)*", r"\b(?:ahora|hoy)\b|" + _BAD_STATE),
        Rule("so-agreed", "decision", "project", 0.85, r"^\S+(?: \S+){2,}[,;–—-]+ (?:así |eso |ya |lo |está )*(?:lo (?:acordamos|decidimos|pactamos)|(?:se|fue) (?:acordó|decidió|acordado|decidido|pactado)|acordado|decidido|pactado|es a propósito|es intencionado)\b"),
        Rule("must-stay", "constraint", "project", 0.9, rf"^(?:la|el|nuestr[ao]) (?:\w+ ){{0,2}}?{_SYSTEM}(?: \w+){{0,2}}? (?:debe|tiene que|ha de|no puede|no debe) (?:seguir |poder |ser |siempre )*(?:funcionar|funcionando|siendo compatible|soportando|soportar|ejecutarse|correr|mantenerse|mantener|ser compatible|compatible|caber|arrancar|cumplir|compilar|depender|necesitar|superar|ocupar|responder|usable|accesible|conectarse|enviar)\b", r"\b(?:cuando (?:el usuario|se)|al pulsar|ahora)\b"),
        Rule("it-must-keep", "constraint", "project", 0.85, r"^(?:todo )?(?:tiene que|debe|ha de) (?:seguir|poder) (?:funcionando|funcionar|ser compatible|compilando|compilar|ejecutarse|arrancar|arrancando)\b (?:\w+ )?(?:con|en|sin|bajo|para) \S+", r"\b(?:ahora|botón)\b"),
        Rule("we-must", "constraint", "project", 0.9, r"^(?:tenemos que|debemos|hay que|hemos de) (?:seguir )?(?:mantener (?:la )?compat\w+|ser compatibles?|soportar|dar soporte|cumplir|funcionar (?:sin|en|con)|garantizar|evitar)\b"),
        Rule("we-may-not", "constraint", "project", 0.9, r"^(?:no podemos|no se puede|no se pueden|no debemos|tenemos prohibido|solo podemos|sólo podemos) (?:usar|utilizar|guardar|almacenar|registrar|depender|añadir|agregar|romper|enviar|publicar|compartir|exigir|asumir|subir|introducir|importar|recoger|instalar|quitar)\b(?! (?:est[aeo]|es[aeo])\b)"),
        Rule("all-must", "constraint", "project", 0.9, r"^(?:tod[ao]s? (?:l[ao]s? )?|cada |ningún |ninguna |nada |nadie )(?:\w+ ){0,6}?(?:deben?|tienen? que|puede|pueden|necesitan?|ha de|han de)\b \S+", r"\b(?:pasar|verde|est[aeo]s?|ahora)\b"),
        Rule("limit", "constraint", "project", 0.9, r"^(?:el|la|los|las|nuestr[ao]s?|cada|ningún|ninguna|un|una) (?:[\w-]+ ){1,5}?(?:debe|deben|tiene que|tienen que|puede|pueden|ha de)(?: no)? (?:\S+ ){0,5}?(?:menos de|más de|por debajo de|dentro de|como máximo|al menos|superar|exceder|pasar de|hasta) (?:l[ao]s )?\S*(?:\d|un|dos|tres|cuatro|cinco|diez)", r"\b(?:ahora|línea|columna|botón|pero|est[ea])\b"),
        Rule("has-only", "constraint", "project", 0.85, r"^(?:el|la|los|las|nuestr[ao]s?|cada) (?:[\w-]+ ){1,4}?(?:solo|sólo|únicamente) (?:tiene|tienen|dispone de|disponen de) \d\S*|^(?:el|la|los|las|nuestr[ao]s?|cada) (?:[\w-]+ ){1,4}?(?:tiene|tienen) (?:solo|sólo|como máximo|únicamente) \d\S*", _BAD_STATE),
        Rule("still-on", "constraint", "project", 0.85, r"^(?:nuestros|los|muchos|algunos) (?:\w+ )?(?:clientes|usuarios|servidores|equipos|dispositivos|técnicos|socios) (?:siguen|usan|trabajan|están|corren|tienen) (?:todavía |aún |casi |solo |sólo |todos )*(?:con|en|sin|solo|sólo) (?!problemas|vacaciones)\S+", _BAD_STATE),
        Rule("forbidden", "constraint", "project", 0.9, r"^(?!est|es[aeo])(?:\w+ ){1,6}(?:está|están|es|son) (?:prohibid[ao]s?|obligatori[ao]s?|vetad[ao]s?)\b"),
        Rule("authority", "constraint", "project", 0.9, r"^(?:el cliente|la clienta|nuestros clientes|la ley|el rgpd|el contrato|legal|el departamento legal|seguridad|el equipo de seguridad|la auditoría) (?:exige|exigen|pide que|requiere|prohíbe|no permite|quiere que|obliga)\b(?! (?:esto|eso)\b)"),
        Rule("tracked-in", "project", "reference", 0.9, rf"^(?:l[ao]s? |nuestr[ao]s? |tod[ao]s? l[ao]s? )?(?:\w+ ){{0,2}}?{_RESOURCE}(?: \w+){{0,3}}? (?:se (?:registran|gestionan|guardan|documentan|reportan|publican|encuentran)|están|está|viven|vive|van|va)(?: \w+)? ?(?:en|a|bajo)? (?:el |la )?{_TARGET}", r"\b(?:mal|caíd|rot)"),
        Rule("at-url", "project", "reference", 0.85, r"^(?:el |la |los |las |nuestr[ao]s? |tod[ao]s? l[ao]s )?(?:[\w/-]+ ){1,7}?(?:es|son|está|están|se encuentra|se encuentran|vive|viven|hay|queda) (?:\S+ ){0,3}?https?://\S+", _BAD_STATE + r"|\b(?:404|devuelve|abre|vací[ao])\b"),
        Rule("report-in", "project", "reference", 0.85, rf"^(?:l[ao]s? |nuestr[ao]s? |tod[ao]s? (?:l[ao]s? )?)?(?:\w+ ){{0,2}}?(?:{_RESOURCE}|ideas|todo|peticiones|decisiones)(?: \w+){{0,3}}? (?:l[ao]s? )?(?:se (?:apuntan|apunta|anotan|llevan|lleva|abren|suben|crean|siguen|sigue|discuten|planifican|piden|recogen|gestiona)|registramos|apuntamos|anotamos|llevamos|gestionamos|documentamos|seguimos|guardamos) (?:todo |siempre )?(?:en|a|por|con) (?:el |la )?{_TARGET}|^(?:registramos|apuntamos|anotamos|llevamos|gestionamos|documentamos|seguimos|guardamos) (?:\S+ ){{1,4}}?(?:en|a|por|con) (?:el |la )?{_TARGET}"),
        Rule("schedule", "project", "project", 0.9, r"\b(?:congelación|freeze|fecha límite|lanzamiento|entrega|migración|release) (?:empieza|comienza|termina|es (?:el|en)|está prevista?|será)\b", _BAD_STATE),
        Rule("every-night", "project", "project", 0.85, rf"^(?:el|la|los|las|nuestr[ao]s?|un|una|desplegamos|publicamos) (?:[\w./-]+ ){{1,4}}?.*{_EVERY}.*", _BAD_STATE + r"|\b(?:debería\w*|ahora|yo|quiero|tiene que|error\w*)\b"),
        Rule("environment", "project", "project", 0.9, r"^(?:el|la|nuestr[ao]) (?:\w+ ){0,2}?(?:servidor|base de datos|staging|producción|entorno|api|servicio|cluster|clúster|ci|pipeline|rama|sistema|backend|frontend|app|aplicación|equipo|web)(?: (?:de \w+|principal|por defecto|\w+))?? (?:está (?:en|alojad\w+|desplegad\w+)|corre en|se ejecuta en|escucha en|vive en|usa|utiliza|se llama|se despliega|pertenece|es (?:[A-Z]\w+|\w+[\d.]+|\w+[.!]*$))", _BAD_STATE + r"|\b(?:ahora|list[ao]|verde|vací[ao])\b"),
        Rule("we-use", "project", "project", 0.85, r"^(?:aquí |en este (?:proyecto|repo) )?(?:nosotros )?(?:usamos|utilizamos|desplegamos|publicamos|mantenemos|soportamos|alojamos|lanzamos|compilamos|probamos|guardamos|trabajamos con) (?!est|es[aeo]\b|demasiad|l[ao] mism|mal\b|mucha|mucho)\S+(?: \S+)*", _BAD_STATE + r"|\b(?:aquí|ahora|nunca)\b"),
        Rule("owner", "project", "project", 0.9, r"^(?:de (?:la |el |l[ao]s )?[\w ]{3,40} se (?:encarga|ocupa)n? (?-i:[A-Z])\w+|(?-i:[A-ZÁÉÍÓÚ][a-záéíóúñ]+|[Ee]l equipo de \w+) (?:es (?:la |el )?(?:responsable|dueñ[ao]|encargad[ao])|mantiene|lidera|se encarga de|gestiona))\b", r"^(?:esto|eso|este|el (?!equipo))"),
        Rule("person-to-ask", "project", "project", 0.9, r"^(?:la persona de contacto|el contacto|el responsable|la responsable|quien (?:lleva|decide)) (?:para|de|del|en|sobre|lo)\b.* (?:es|son)\b|\bes (?:la persona|quien) (?:de contacto|a quien|que (?:lleva|sabe)|lleva|responsable)\b|^(?:pregunta|pregúntale|habla|consulta) (?:a|con) (?-i:[A-ZÁÉÍÓÚ])\w+ (?:sobre|por|para|si|cuando)\b", r"\b(?:hoy|ahora)\b"),
        Rule("reason", "project", "project", 0.85, r"^(?:el motivo|la razón) (?:por l[ao] que|de|por el que) .* (?:es|fue)\b", _BAD_STATE),
        Rule("keep-doing", "pattern", "feedback", 0.7, r"\b(?:sigue|continúa) (?!con (?:el|la|lo)|trabajando|buscando|intentando|así[.!]*$|adelante)\w+(?:ando|iendo)\b \S+", r"\bahora\b|" + _BAD_STATE),
        Rule("how-we", "pattern", "feedback", 0.75, r"\b(?:así es como|es así como|así) (?:lo )?(?:manejamos|hacemos|escribimos|queremos|quiero|me gustan?|nombramos)\b.{6,}|\bfue la (?:decisión|elección) correcta\b", r"\b(?:no|eso|esto) (?:es así|fue)\b"),
        Rule("like-how", "pattern", "feedback", 0.75, r"^me (?:gusta|encanta) (?:cómo|como|que) (?:has |hayas )\S+(?: \S+)+", r"\bpero\b"),
    ),
)  # fmt: skip
