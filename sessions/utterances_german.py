# ruff: noqa: E501 - a rule is one line of the table
"""German: what makes a sentence last."""

from __future__ import annotations

from typing import Final

from .utterance_rules import Language, Rule

_DET: Final = r"(?:der|die|das|dem|den|des|diese\w?|jene\w?|es|ihn|sie|ein|eine\w?|mein\w*|dein\w*|sein\w*|ander\w+|zweite\w?|erste\w?|beide\w?)\b"
_START: Final = r"(?:^(?:bitte )?|[,;:–—] (?:und |aber |dann |auch )*(?:bitte )?| - (?:bitte )?)"
_BAD_STATE: Final = (
    r"\b(?:fehler(?! (?:werden|liegen|sind in|gehören))|fehlgeschlagen|schlägt|schlagen|fehl|kaputt|bricht|abstürz\w*|stürzt|hängt|langsam|falsch\w*|"
    r"nicht (?:mehr )?erreichbar|down|zu (?:viel|viele|lang|groß|langsam)|schon wieder|wieder nicht|geht nicht|funktioniert nicht|komisch|seltsam|zeile \d+)\b"
)
_VERB: Final = (
    r"(?:nimm|nehmt|nehmen|benutze?|benutzt|benutzen|verwende|verwendet|verwenden|nutze?|nutzen|schreibe?|schreiben|halte?|halten|lass|lasse|lassen|"
    r"mach|mache|machen|führe?|führen|frag|frage|fragen|prüfe?|prüfen|zeige?|zeigen|füge?|fügen|teste?|testen|setze?|setzen|lege?|legen|"
    r"benenne|benennen|antworte|antworten|committe|pushe?|pushen|dokumentiere|formatiere|aktualisiere|vermeide|vermeiden|achte|achten|gib|geben|"
    r"erkläre|erklären|übersetze|lösche|löschen|ändere|ändern|starte|starten|erstelle|erstellen|packe?|stelle?|trenne|trennen|sortiere|importiere)"
)
_RESOURCE: Final = (
    r"(?:fehler|bugs?|tickets?|issues?|aufgaben|backlog|board|dashboards?|dokumentation|doku|dokumente|handbuch|\w*handbuch|runbooks?|wiki|"
    r"spezifikation(?:en)?|spec|entwürfe|designs?|farben|kanal|logs?|metriken|alarme|checkliste|\w*checkliste|zugangsdaten|schemas?|übersetzungen|protokolle|"
    r"leitfaden|richtlinien|styleguide|adrs?|rfcs?|meldungen|fehlermeldungen)"
)
_TARGET: Final = (
    r"(?:https?://\S+|\b[\w-]+(?:\.[\w-]+)+/\S+|(?:\w+ )?(?:linear|jira|notion|confluence|slack|github|gitlab|figma|grafana|datadog|sentry|asana|trello|"
    r"google \w+|miro|sharepoint|teams|kibana|youtrack|redmine|bitbucket|wiki)\b|(?:dem |der |das )?(?:repo|repository|kanal|projekt|ordner) \S+)"
)

GERMAN: Final = Language(
    "de",
    frozenset(
        """der die das und ist sind zu von in dem den des ein eine einen einem nicht mit für auf wir ich du sie es
        wenn dass bitte immer nie keine kein oder aber auch im am vom beim als an aus bei nach über statt nein ja
        haben hat wird werden muss müssen soll sollen kann können mach nimm benutze verwende unser unsere ab jetzt
        warum wie was wo wer welche sollte sollten würde""".split()  # noqa: SIM905
    ),
    lead=(
        r"(?:(?:ok(?:ay)?|also|und|aber|ach|übrigens|hey|hi|hallo|ja|jo|gut|super|schön|danke|vielen dank|noch etwas|noch was|"
        r"eins noch|außerdem|eigentlich|wichtig|hinweis|info|zur info|ps|so|genau|perfekt|klasse|prima|richtig|stimmt|dann|moment|halt|nebenbei)\b"
        r"[\s,:.!–—-]+|[-*•]\s+|\d+[.)]\s+)"
    ),
    polite=r"^(?:kannst|könntest|würdest) du (?:bitte )?(?=(?:immer|nie|niemals|ab (?:jetzt|sofort)|in zukunft|künftig|zukünftig)\b)",
    reason=r",? (?:weil|da (?:es|wir|sie|er|das|die|der|unser\w*|flake\w*|\w+ zu)\b|denn|sonst|ansonsten|damit|wegen|aufgrund)\b",
    vetoes=(
        (
            "question",
            r"\?\s*$|^(?:was|warum|wieso|weshalb|wer|wo|woher|wohin|welche\w?|wie(?! immer)|wann)\b|"
            r"^(?:ist|sind|war|hat|haben|kann|können|könnte\w?|soll|sollen|sollte\w?|muss|müssen|darf|dürfen|wird|werden|würde\w?|verwenden|nutzen|benutzen|nehmen|gibt|läuft|weißt|kennst) "
            r"(?:ich|wir|du|ihr|er|sie|es|das|der|die|man|unser\w*|hier)\b|\b(?:frage mich|erklär(?:e|en)? (?:mir )?(?:warum|wieso))\b",
        ),
        (
            "hypothetical",
            r"\b(?:angenommen|nehmen wir an|stell dir vor|was wäre|hypothetisch|theoretisch|vielleicht|eventuell|möglicherweise|könnte\w?|würde\w?|wäre\w?|hätte\w?|"
            r"müsste\w?|sollten wir|wir sollten|nicht sicher|unsicher|überlege|überlegen|ich denke|ich glaube|vermutlich|wahrscheinlich|irgendwann|im prinzip|"
            r"zum beispiel|z\. ?b\.|idee:|vorschlag)\b",
        ),
        (
            "task",
            r"\b(?:diesmal|dieses mal|vorerst|fürs erste|erst ?mal|erstmal|vorübergehend|nur (?:heute|jetzt|dieses mal|diesmal)|ausnahmsweise|im moment|gerade|jetzt sofort|"
            r"(?:in|an|für|mit|auf|bei|von) (?:diese[mnrs]?|der (?:ersten|zweiten|letzten)) (?!projekt|repo|repository|team|codebase|firma|monorepo)\w+|"
            r"die (?:erste|zweite|letzte|andere|nächste|darunter|darüber|obige)|den (?:ersten|zweiten|anderen)|das (?:erste|zweite|andere)|option \w|variante \w|"
            r"noch nicht|vor der demo|nicht diese\w?|nicht das|wie (?:du )?vorgeschlagen|schreibe? (?:einen|eine|mir)|füge? (?:einen|eine)|baue? (?:einen|eine)|erstelle (?:einen|eine))\b",
        ),
        (
            "reported",
            r"\b(?:sagt|sagte|sagen|meint|meinte|behauptet|schreibt|schrieb|steht|heißt es|laut|gemäß|zufolge|empfiehlt|lautet|meldet|meldung ist|zitat)\b",
        ),
        (
            "negated",
            r"\b(?:nicht (?:immer|unbedingt|zwingend|notwendigerweise|jedes mal)|muss(?:t)? nicht|müssen nicht|brauch\w* nicht|noch nicht|noch keine?|nicht entschieden|"
            r"nie gesagt|nie behauptet|stimmt nicht|egal|ist dir überlassen|deine wahl)\b",
        ),
    ),
    rules=(
        Rule("role", "preference", "user", 0.9, r"^ich (?:bin|arbeite als) (?:ein |eine |der |die )?(?:[\w-]+ ){0,3}[\w-]*(?:entwickler|ingenieur|manager|designer|wissenschaftler|analyst|student|forscher|gründer|administrator|architekt|autor|lehrer|berater|leiter|programmierer|informatiker|physiker|mathematiker|tester|anfänger|neuling|admin)(?:in)?\b", r"\bich bin (?:etwas|ein wenig|gerade)\b"),
        Rule("knowledge", "preference", "user", 0.85, r"^ich (?:kenne mich (?:mit|in) .+ (?:nicht|kaum|gut|wenig)|kenne .+ (?:kaum|nicht)|programmiere seit|arbeite seit|habe .* jahre\w* erfahrung|schreibe seit|bin neu in|habe noch nie mit)\b", r"\b(?:dies\w+|der fehler)\b"),
        Rule("trait", "preference", "user", 0.9, r"^ich (?:bin (?:farbenblind|rot-grün-blind|legastheniker\w*|blind|gehörlos|linkshänder\w*)|heiße |arbeite (?:bei|für) |wohne in|arbeite (?:mit|unter|auf) (?:windows|linux|macos|einem mac|vim|emacs))|^mein(?:e)? (?:name|zeitzone|muttersprache|rolle|beruf) ist "),
        Rule("from-now-on", "preference", "feedback", 0.9, _START + r"(?:ab (?:jetzt|sofort|heute|nun|hier)|von nun an|von jetzt an|in zukunft|künftig|zukünftig|fortan|nächstes mal|beim nächsten mal|das nächste mal)[,:]? (?!wird|gibt|ist|war|sind|werden wir|brauchen|kommt|werde ich|will ich)\S+(?: \S+)+", strong=True),
        Rule("from-now-on-inside", "preference", "feedback", 0.9, rf"^(?:bitte )?{_VERB}\b.* (?:ab (?:jetzt|sofort)|von nun an|in zukunft|künftig|zukünftig)\b", strong=True),
        Rule("always", "preference", "feedback", 0.9, rf"^(?:bitte )?{_VERB} (?:\S+ ){{0,5}}?(?:immer|nie|niemals|grundsätzlich|stets|nie wieder)\b", r"\bnicht immer\b", strong=True),
        Rule("always-first", "preference", "feedback", 0.9, _START + r"(?:immer|nie|niemals|grundsätzlich|stets)(?! (?:mehr |wieder )?(?:noch|war|ist|hat|habe|funktioniert|läuft|gesehen|gehört|wenn ich))(?: \S+)+(?:en|ern|eln)\b[.!]*(?:$|,)", r"\b(?:haben|hat|habe|bekommen|sehen)\b[.!]*$", strong=True),
        Rule("you-always", "preference", "feedback", 0.9, r"^(?:du (?:sollst|musst|darfst|solltest)|wir|ich (?:will|möchte)(?:,? dass du)?) (?:\S+ ){0,3}?(?:immer|nie|niemals|grundsätzlich|stets)\b \S+", r"\bwir (?:haben|hatten|bekommen|sehen)\b", strong=True),
        Rule("whenever", "preference", "feedback", 0.85, r"^(?:immer wenn|jedes mal,? wenn|wann immer|bevor du|nachdem du|wenn du) [^,]{3,80}, (?:dann )?(?:bitte )?(?!kommt|wird|ist|passiert|bekomme|stürzt|erscheint|hast|siehst|fertig|findest|brauchst)" + _VERB, r"\b(?:fertig bist|damit fertig)\b", strong=True),
        Rule("ask-first", "preference", "feedback", 0.85, r"^(?:bitte )?(?:frag|frage|warne?|sag|gib) (?:mich|mir)\b.*\b(?:bevor|vor (?:dem|jedem|jeder)|vorher)\b", r"\b(?:diese\w?|das)\b", strong=True),
        Rule("prefer", "preference", "feedback", 0.9, r"^(?:ich|wir) (?:bevorzuge\w?|ziehe\w? .+ vor|mag keine?\w?|mögen keine?\w?|mag lieber|hasse|arbeite\w? lieber|nehme\w? lieber|schreibe\w? lieber) ?(?!das\b|die (?:erste|zweite)|es\b|diese)", r"\b(?:diese\w?|dieser)\b"),
        Rule("i-like-when", "preference", "feedback", 0.8, r"^ich (?:mag|hasse) es(?: nicht)?,? wenn (?:du|man)\b|^ich möchte (?:keine?\w?|nicht,? dass du) (?!das\b|diese)\S+"),
        Rule("stop", "preference", "feedback", 0.85, r"^(?:bitte )?(?:hör|höre) auf(?:,| damit,)? .*\bzu \w+|^(?:bitte )?keine \w+(?: \w+){0,6} mehr\b", r"\b(?:server|prozess|container|fehler|probleme)\b"),
        Rule("no-plural", "preference", "feedback", 0.8, rf"^(?:bitte )?{_VERB} (?:bitte )?(?:nie |niemals )?(?:keine|keinen|kein) (?:\w+ )?[A-ZÄÖÜ]?\w+", r"\b(?:jetzt|hier|mehr zeit|sorgen|änderungen)\b"),
        Rule("never-without", "preference", "feedback", 0.9, r"^(?:bitte )?(?:nie|niemals|nicht|keine?) .*\bohne\b.+", r"\bdies\w*\b", strong=True),
        Rule("please-smaller", "preference", "feedback", 0.8, r"^(?:bitte )?(?:grundsätzlich|generell|standardmäßig|in der regel|als regel|regel:|konvention:) \S+(?: \S+)+", strong=True),
        Rule("for-all", "preference", "feedback", 0.85, rf"^(?:bitte )?{_VERB} (?:\S+ ){{0,4}}?(?:für|bei|in) (?:alle\w?|jede\w?|sämtliche\w?|neue\w?)\b", r"\b(?:diese\w?|jetzt|zeile)\b"),
        Rule("always-in", "preference", "feedback", 0.85, rf"^(?!{_DET}|ich|wir|du|es|hier|da\b)(?:[\w-]+ ){{1,4}}?(?:bitte )?(?:immer|nie|niemals|grundsätzlich|stets|ausschließlich|nur) (?:auf|in|mit|ohne|als|im|unter|nach|kleingeschrieben|großgeschrieben|klein|groß)\b", r"\b(?:läuft|schlägt|funktioniert|kommt|ist|sind|hat|war)\b", strong=True),
        Rule("not-but", "preference", "feedback", 0.85, rf"^(?:nein[,.:!]? )?(?:bitte )?nicht (?!{_DET}|jetzt|hier|so\b)\S+(?: \S+)?,? sondern (?!{_DET})\S+|^(?:nein[,.:!]? )?(?:bitte )?(?!{_DET}|ich|wir|du)[\w.+#-]+ (?:statt|anstatt|anstelle von) (?!{_DET})\S+(?: (?:verwenden|nutzen|benutzen|nehmen|schreiben))?[.!]*$"),
        Rule("we-use-not", "preference", "feedback", 0.85, rf"^(?:nein[,.:!]? )?(?:hier )?wir (?:verwenden|nutzen|benutzen|nehmen|schreiben) (?:hier )?(?!{_DET})[^,]{{2,40}},? (?:und )?(?:nicht|kein\w?) (?!{_DET})\S+"),
        Rule("convention", "preference", "feedback", 0.8, r"^(?:alle |unsere |die )?(?:[\w-]+ )?(?:tests|kommentare|commit-?nachrichten|commits|fehlermeldungen|branch(?:es|-?namen)|migrationen|variablennamen|funktionsnamen|dateinamen|bezeichner|importe|konstanten|komponenten|pull-?requests|logmeldungen|docstrings|endpunkte|spaltennamen) (?:gehören|sollen|müssen|sollten|kommen|beginnen|enden|werden (?:immer|auf|in|klein|groß|im|mit)|bleiben|stehen|liegen)\b (?!grün|durchlaufen|laufen)\S+", r"\b(?:diese\w?|jetzt|wieder|grün|durchlaufen|durch)\b"),
        Rule("if-you", "preference", "feedback", 0.8, r"^(?:wenn|falls) (?:du (?:dir )?(?:unsicher|nicht sicher)|etwas unklar|du etwas)\b[^,]{0,60}, (?:dann )?(?:bitte )?(?:frag|frage|sag|stopp|halte|lies|prüfe|nimm)\b", strong=True),
        Rule("avoid", "preference", "feedback", 0.8, rf"^(?:bitte )?vermeide(?:n)? (?!{_DET})\S+", r"\b(?:hier|jetzt|diese\w?)\b"),
        Rule("instead-of", "preference", "feedback", 0.85, rf"(?:^|[,;:.] )(?:nein[,.:!]? )?(?:bitte )?(?:nimm|nehmt|benutze?|verwende|nutze?|schreibe?) (?:bitte )?(?:lieber )?(?!{_DET})(?:\S+ ){{1,4}}?(?:statt|anstatt|anstelle von|und nicht|nicht) (?!{_DET})\S+"),
        Rule("no-use", "preference", "feedback", 0.75, rf"^nein[,.:!]+ (?:bitte )?(?:nimm|benutze?|verwende|nutze?) (?:bitte )?(?!{_DET}|nur|beide|\d|\S*/)[\w.+#@-]+(?: [\w.+#-]+){{0,2}}[.!]*$"),
        Rule("decision", "decision", "project", 0.85, r"^(?:wir|das team|die leitung) (?:haben|hat) (?:uns |sich )?(?:\S+ ){0,12}?(?:entschieden|beschlossen|geeinigt|festgelegt|vereinbart|gewählt|ausgewählt|verworfen)\b", r"\b(?:noch nicht|nicht entschieden|noch keine)\b", strong=True),
        Rule("decided-for", "decision", "project", 0.85, r"^(?:entscheidung|beschluss|beschlossen|entschieden): \S+(?: \S+)+", strong=True),
        Rule("switched", "decision", "project", 0.8, r"^wir (?:sind|haben) (?:\S+ ){0,8}?(?:umgestiegen|gewechselt|umgestellt|migriert|abgeschafft|ersetzt)\b|^wir (?:steigen|wechseln|stellen|migrieren) (?:\S+ ){0,8}?(?:um|auf|zu|nach|ab)\b", r"\b(?:branch|zeile|datei)\b|" + _BAD_STATE),
        Rule("take-because", "decision", "project", 0.8, rf"^(?:wir|lass(?:t)? uns|ich) (?:nehmen|verwenden|nutzen|benutzen|bleiben|setzen|behalten|nehme|verwende|wählen) (?!{_DET})\S+.*,? (?:weil|da|denn|sonst)\b", r"\boption\b"),
        Rule("must-stay", "constraint", "project", 0.9, r"^(?:die|das|der|unsere?) (?:[\w-]+ )?(?:[\w-]*(?:anwendung|app|bibliothek|programm|projekt|code|dienst|service|paket|plugin|produkt|werkzeug|tool|build|api|backend|frontend|seite|website|system|server|client|sdk|cli|binary|datenbank|software)) (?:muss|darf|soll) (?:\S+ ){0,8}?(?:laufen|unterstützen|bleiben|funktionieren|kompatibel|auskommen|einhalten|starten|enthalten|sein|überschreiten|brauchen|benötigen|kompilieren|bauen)\b", r"\b(?:grün|fertig|schneller|wenn man|rot|blau|repariert)\b"),
        Rule("we-must", "constraint", "project", 0.9, r"^(?:wir|man) (?:müssen|muss) (?:\S+ ){0,8}?(?:kompatibel|unterstützen|einhalten|offline|ohne (?:internet|netz)\w*)\b"),
        Rule("we-may-not", "constraint", "project", 0.9, r"^(?:wir|man|niemand) (?:dürfen|darf|können|kann) (?:nur|keine?\w?|nicht|nie|niemals)? ?(?:\S+ ){0,10}?(?:nutzen|verwenden|benutzen|speichern|protokollieren|loggen|einsetzen|aufnehmen|hinzufügen|voraussetzen|weitergeben|veröffentlichen|ausliefern|entfernen|brechen|anheben|aktualisieren|einführen|importieren|sammeln|aufrufen)\b", r"\b(?:dies\w*|hier|jetzt)\b"),
        Rule("all-must", "constraint", "project", 0.9, r"^(?:alle|jede\w?|kein\w?|nichts|niemand|sämtliche)(?: [\w-]+){0,7}? (?:müssen|muss|darf|dürfen|braucht|brauchen|soll|sollen)\b \S+", r"\b(?:grün|durchlaufen|behoben|dieser|diesem|angepasst|jetzt)\b"),
        Rule("forbidden", "constraint", "project", 0.9, r"^(?!das\b|dies|es\b)(?:[\w-]+ ){1,6}(?:ist|sind) (?:nicht erlaubt|verboten|untersagt|tabu|pflicht|vorgeschrieben|nicht zulässig)\b"),
        Rule("tracked-in", "project", "reference", 0.9, rf"^(?:die |das |der |unsere? |alle )?(?:[\w-]+ ){{0,3}}?{_RESOURCE}(?: [\w-]+){{0,3}}? (?:werden|wird|liegen|liegt|sind|ist|steht|stehen|findest du|finden sich|findet sich|gehören|kommen) (?:immer |alle )?(?:unter|in|im|bei|auf|nach|zu)? ?(?:der |dem |das )?{_TARGET}", r"\b(?:kaputt|falsch|veraltet)\b"),
        Rule("schedule", "project", "project", 0.9, r"\b(?:merge-?freeze|code-?freeze|feature-?freeze|freeze|deadline|release|abgabe|umstellung|migration|einführung) (?:beginnt|startet|endet|ist (?:am|im|bis|für|geplant)|gilt (?:ab|bis))\b", _BAD_STATE),
        Rule("environment", "project", "project", 0.9, r"^(?:der|die|das|unsere?|unser) (?:[\w-]+ ){0,2}?[\w-]*(?:server|datenbank|staging|produktion|umgebung|api|dienst|service|cluster|ci|pipeline|branch|system|backend|frontend|app|anwendung|import\w*|build|registry|webseite|website|team) (?:läuft|laufen|liegt|lauscht|hört|ist erreichbar|wird (?:\S+ ){0,4}?(?:betrieben|gehostet|gebaut|ausgeliefert|deployt|gepflegt|gestartet)|nutzt|verwendet|heißt|ist (?:\S+ )?(?:[A-Z]\w+|\d[\w.]*)|gehört)\b", _BAD_STATE + r"|\b(?:gerade|wieder|fertig|grün|rot|leer|jetzt|nie|nicht|immer)\b"),
        Rule("we-use", "project", "project", 0.85, r"^(?:hier |in diesem (?:projekt|repo) )?wir (?:verwenden|nutzen|benutzen|deployen|veröffentlichen|betreiben|pflegen|unterstützen|releasen|bauen|testen|hosten|liefern|speichern|arbeiten mit) (?!das\b|dies|es\b|zu\b|die (?:falsche|gleiche|alte|neue)|gerade)\S+(?: \S+)*", _BAD_STATE + r"|\b(?:hier|gerade|jetzt|nie)\b"),
        Rule("called", "project", "project", 0.9, r"^(?:unser\w*|der|die|das) (?:[\w-]+ ){1,3}(?:heißt|gehört|wird (?:\S+ ){0,3}?(?:abgeschafft|entfernt|ersetzt|abgelöst)) \S*", r"\b(?:fehler|variable|funktion|methode|klasse|datei|test|knopf)\b"),
        Rule("owner", "project", "project", 0.9, r"^(?-i:[A-Z][a-zäöü]+|[Dd]as [\w-]+-?[Tt]eam) (?:betreut|verantwortet|pflegt|leitet|ist (?:für .+ )?(?:zuständig|verantwortlich)|ist zuständig für)\b", r"^(?:das|es|dies|hier)\b(?! [\w-]+-?team)"),
        Rule("reason", "project", "project", 0.85, r"^der (?:eigentliche |einzige )?grund(?:, warum| dafür, dass| für (?:den|die|das)) .* (?:ist|war)\b", _BAD_STATE),
        Rule("noted", "project", "project", 0.8, r"^(?:beachte|denk daran|merk dir|zur kenntnis)[,:]? (?:dass )?(?!das\b|dies|es\b)(?:\S+ ){2,}\S+", _BAD_STATE),
        Rule("keep-doing", "pattern", "feedback", 0.7, r"\b(?:mach|macht|machen wir|behalte|bleib|schreib|schreibe)\b.{0,20}\b(?:weiter(?:hin)?|genau so|so)\b.{0,10}\b(?:mit|wie|bei|hier)\b(?! (?:dem|der) (?:nächsten|rest))", r"\bmach weiter\b"),
        Rule("how-we", "pattern", "feedback", 0.75, r"\b(?:genau so|so) (?:machen|schreiben|bauen|handhaben|benennen|mag|will|möchte|hätte) (?:wir|ich)\b.{6,}|\bwar (?:genau )?(?:die richtige (?:wahl|entscheidung)|der richtige weg|richtig so)\b", r"\b(?:das|es|dies) war (?:genau )?(?:die|der|richtig)"),
        Rule("like-how", "pattern", "feedback", 0.75, r"^(?:ich mag|mir gefällt|gefällt mir),? (?:wie|dass) du \S+(?: \S+)+", r"\baber\b"),
    ),
)  # fmt: skip
