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
    r"erkläre|erklären|übersetze|lösche|löschen|ändere|ändern|starte|starten|erstelle|erstellen|packe?|stelle?|trenne|trennen|sortiere|importiere|fass|fasse|sprich|sprecht|denk|denke|generiere|regeneriere|"
    r"merge|rebase|rufe?|kürze?|prüft|leite|speichere|logge|mocke?|rate|ratet|bleib|bleibe|pass|committet|kommentiere|verschiebe|lies|räum|räume)"
)
_GENERIC: Final = (
    r"(?:tests|kommentare|commit-?nachrichten|commit-?messages|commits|fehlermeldungen|branch(?:es|-?namen)|migrationen|variablennamen|funktionsnamen|dateinamen|bezeichner|"
    r"variablen|importe|konstanten|komponenten|pull-?requests|prs|logmeldungen|docstrings|endpunkte|spaltennamen|antworten|erklärungen|doku|dokumentation|änderungen|"
    r"passwörter|schlüssel|secrets|zugangsdaten|preise|beträge|datumsangaben|zeitstempel|texte|funktionen|methoden|klassen|module|dateien|abhängigkeiten|namen|fixtures)"
)
_EVERY: Final = (
    r"\b(?:jede[nmrs]? (?:\w+ )?(?:nacht|tag|morgen|abend|woche|monat|quartal|stunde|jahr|werktag|sprint|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)|"
    r"nachts|täglich|wöchentlich|monatlich|stündlich|alle (?:\w+ )?(?:tage|wochen|stunden|minuten|monate)|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s)\b"
)
_RESOURCE: Final = (
    r"(?:fehler|bugs?|tickets?|issues?|aufgaben|backlog|board|dashboards?|dokumentation|doku|dokumente|handbuch|\w*handbuch|runbooks?|wiki|"
    r"spezifikation(?:en)?|spec|entwürfe|designs?|farben|kanal|logs?|metriken|alarme|checkliste|\w*checkliste|zugangsdaten|schemas?|übersetzungen|protokolle|"
    r"leitfaden|richtlinien|styleguide|adrs?|rfcs?|meldungen|fehlermeldungen)"
)
_TARGET: Final = (
    r"(?:https?://\S+|\b[\w-]+(?:\.[\w-]+)+/\S+|(?:\w+ )?(?:linear|jira|notion|confluence|slack|github|gitlab|figma|grafana|datadog|sentry|asana|trello|"
    r"google \w+|miro|sharepoint|teams|kibana|youtrack|redmine|bitbucket|bitwarden|1password|vault|keepass|pagerduty|opsgenie|zendesk|wiki)\b|(?:dem |der |das )?(?:repo|repository|kanal|projekt|ordner) \S+)"
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
            r"^(?:schreibe?|entwirf|erstelle|formuliere|übersetze) [^:]{2,80}:\s+(?=\w)|\b(?:diesmal|dieses mal|vorerst|fürs erste|erst ?mal|erstmal|vorübergehend|nur (?:heute|jetzt|dieses mal|diesmal)|ausnahmsweise|im moment|gerade|jetzt sofort|"
            r"(?:in|an|für|mit|auf|bei|von) (?:diese[mnrs]?|der (?:ersten|zweiten|letzten)) (?!projekt|form\b|weise|art\b|repo|repository|team|codebase|firma|monorepo)\w+|"
            r"die (?:erste|zweite|letzte|andere|nächste|darunter|darüber|obige)|den (?:ersten|zweiten|anderen)|das (?:erste|zweite|andere)|option \w|variante \w|"
            r"noch nicht(?! (?:so )?(?:gut|viel|lange|oft))|vor der demo|nicht diese\w?|nicht das|wie (?:du )?vorgeschlagen|schreibe? (?:einen|eine|mir)|füge? (?:einen|eine)|baue? (?:einen|eine)|erstelle (?:einen|eine))\b",
        ),
        (
            "anaphora",
            r"^(?:(?:bitte|immer|nie|und|so|genau|genauso|mach|mache|machen|das|es|die|wir|auch|dann|weiter|halt|einfach|künftig|ab|jetzt)[\s,]+)*(?:so|genauso|immer|das|es|weiter|weiterhin|bitte|jetzt|künftig|in zukunft)[.!]*$",
        ),
        (
            "state",
            r"\b(?:aber (?:seit|jetzt|nun|es|das|er|sie|dann|heute|im|irgendwie|wenn)\b|aktuell|derzeit|momentan|im moment|seit (?:gestern|heute|montag|dienstag|mittwoch|donnerstag|freitag|dem|der)\b|ist leer|ich sehe|wir sehen|"
            r"meeting|gleich weg|gleich wieder|popup|knopf|button|checkbox|textfeld|pixel|px|überschrift|soll lauten)\b|,? schreib (?:welche|einen|ein paar)\b",
        ),
        (
            "reported",
            r"\b(?:sagt|sagte|sagen|meint|meinte|behauptet|schreibt|schrieb|steht|heißt es|laut|gemäß|zufolge|empfiehlt|lautet|meldet|meldung ist|zitat)\b",
        ),
        (
            "negated",
            r"\b(?:nicht (?:immer|unbedingt|zwingend|notwendigerweise|jedes mal)|muss(?:t)? nicht|müssen nicht|brauch\w* nicht|noch nicht(?! (?:so )?(?:gut|viel|lange|oft))|noch keine?|nicht entschieden|"
            r"nie gesagt|nie behauptet|stimmt nicht|egal|ist dir überlassen|deine wahl)\b",
        ),
    ),
    rules=(
        Rule("role", "preference", "user", 0.9, r"^ich (?:bin|arbeite als) (?:ein |eine |der |die )?(?:[\w-]+ ){0,3}[\w-]*(?:entwickler|ingenieur|manager|designer|wissenschaftler|analyst|student|forscher|gründer|administrator|architekt|autor|lehrer|berater|leiter|programmierer|informatiker|physiker|mathematiker|tester|anfänger|neuling|admin)(?:in)?\b", r"\bich bin (?:etwas|ein wenig|gerade)\b"),
        Rule("knowledge", "preference", "user", 0.85, r"^ich (?:kenne mich (?:mit|in) .+ (?:nicht|kaum|gut|wenig)|kenne .+ (?:kaum|nicht)|programmiere (?:erst )?seit|arbeite (?:erst )?seit|nutze \w+ (?:erst )?seit|lerne gerade|habe .* jahre\w* erfahrung|schreibe seit|bin neu in|habe noch nie mit)\b", r"\b(?:dies\w+|der fehler)\b"),
        Rule("trait", "preference", "user", 0.9, r"^ich (?:bin (?:farbenblind|rot-grün-blind|legastheniker\w*|blind|gehörlos|linkshänder\w*)|heiße |arbeite (?:bei|für) |wohne in|arbeite (?:mit|unter|auf) (?:windows|linux|macos|einem mac|vim|emacs))|^[\w]+ ist (?:nicht )?meine (?:muttersprache|zweitsprache|erstsprache)\b|^mein(?:e)? (?:name|zeitzone|muttersprache|rolle|beruf) ist "),
        Rule("background", "preference", "user", 0.85, r"^ich (?:komme|stamme) (?:eigentlich |ursprünglich |beruflich )?(?:aus|von) (?!dies|dem (?:fehler|ticket|meeting)|der (?:sitzung|pause|besprechung))\S+|^ich (?:bin|arbeite) (?:eher|hauptsächlich|vor allem|eigentlich|meistens|überwiegend) (?:\S+ ){0,3}(?:[\w-]*(?:entwickler|mensch|programmierer|admin|designer)(?:in)?|mit \S+|aus \S+|im homeoffice)|^ich (?:sitze|wohne|lebe|arbeite) (?:meist(?:ens)? |normalerweise )?(?:in|aus) (?-i:[A-ZÄÖÜ])\w+", r"\b(?:gerade|heute|jetzt)\b"),
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
        Rule("please-so", "preference", "feedback", 0.85, rf"^(?:alle |unsere |deine |die )?(?:[\w-]+ )?{_GENERIC} (?:bitte |immer |nur |stets |grundsätzlich |am besten )+(?:auf|in|im|mit|ohne|als|nach|klein|groß|kurz|knapp|nicht|nie|unter|vor|direkt|neben|einzeln)\b", r"\b(?:diese\w?|jetzt|wieder|hier)\b"),
        Rule("with-us", "preference", "feedback", 0.85, r"^(?:bei uns|hier|in (?:diesem|unserem) (?:projekt|repo|team|code)|in (?:dieser|unserer) (?:codebase|firma)) (?:heißen|heißt|schreibt man|schreiben wir|gilt|kommen|kommt|gehören|gehört|werden|wird|machen wir|macht man|benennen wir|sind|beginnen|stehen|steht|committen wir|testen wir|mergen wir|squashen wir|trennen wir|vermeiden wir|prüfen wir) (?!das\b|dies|es\b|gerade|noch|jetzt|zu\b|ein\w? (?:fehler|problem))\S+(?: \S+)*", _BAD_STATE + r"|\b(?:gerade|jetzt|aktuell|momentan)\b", strong=True),
        Rule("with-us-inside", "preference", "feedback", 0.85, r"^(?!das\b|dies|es\b|der\b|die\b|ich\b|hier\b|warum|was\b)(?:[\w-]+ ){1,5}?(?:werden|wird|sind|ist|heißen|beginnen|kommen|gehören|haben|liegen|stehen) (?:\S+ )??(?:bei uns|hier immer|in diesem projekt|in diesem repo|in unserem (?:projekt|repo|team))\b(?! (?:gerade|kaputt|noch nicht))(?: \S+)*", _BAD_STATE + r"|\b(?:gerade|jetzt|aktuell|verboten|tabu|pflicht|nicht erlaubt)\b", strong=True),
        Rule("before-each", "preference", "feedback", 0.85, r"^(?:vor|nach|bei|mit|in|zu|für) (?:jede[mnrs]|allen?) (?:\w+ )?(?-i:[A-ZÄÖÜ])[\w-]+ (?:wird|werden|muss|müssen|gibt es|kommt|kommen|gehört|machen wir|steht|läuft|laufen|sollst du|führst du|bitte)\b \S+", _BAD_STATE + r"|\b(?:jetzt|gerade|klick|klicken|aufruf)\b", strong=True),
        Rule("leave-out", "preference", "feedback", 0.8, r"^(?:bitte )?lass(?:t)? (?:bitte |künftig )?(?:die |das |den |diese ewigen )?(?-i:[A-ZÄÖÜ])\w+ (?:in|bei|am ende|unter|vor) .{3,60} weg\b|^(?:bitte )?nie wieder \S+(?: \S+)+", r"\bdieser?\b", strong=True),
        Rule("please-none", "preference", "feedback", 0.8, r"^bitte (?:auch )?keine?n? (?!panik|sorge|änderung\w* (?:an|hier)|eile|ahnung)(?:[\w-]+ ){0,2}?(?-i:[A-ZÄÖÜ])[\w-]+ (?:für jede|bei jede|in|im|ohne|mehr als|am ende|zu|außer)\w* \S+", r"\b(?:dies\w*|hier|jetzt)\b"),
        Rule("first-then", "preference", "feedback", 0.85, r"^immer (?:erst|zuerst) (?!noch)\S+(?: \S+)*,? (?:dann|danach) \S+", r"\b(?:fehler|stürzt|kommt)\b", strong=True),
        Rule("same-for-all", "pattern", "feedback", 0.75, r"\bbei (?:allen|den) (?:weiteren|anderen|künftigen|übrigen|restlichen) \S+ (?:bitte )?(?:genauso|ebenso|so|gleich)\b", r"\baber\b"),
        Rule("inverted-we", "preference", "feedback", 0.85, r"^(?:schreiben|halten|machen|testen|dokumentieren|committen|benennen|formulieren|mergen|squashen|loggen|trennen|prüfen|nennen|verwenden|nutzen|benutzen|nehmen) wir \S+.*\b(?:nur|immer|nie|niemals|ausschließlich|grundsätzlich|stets|generell|auf (?:deutsch|englisch)|keine?\w?)\b", r"\b(?:jetzt|gerade|hier erst)\b", strong=True),
        Rule("for-such", "preference", "feedback", 0.85, r"^(?:für|bei|in|vor|nach|zum|zur|beim|mit) [^,]{3,60}? (?:\w+st du|\w+t ihr|\w+en wir) (?:bitte |hier |dann )*(?:immer|nie|niemals|stets|grundsätzlich|nur|ausschließlich|generell|lieber|keine?\w?)\b \S+", r"\b(?:jetzt|gerade|diesem|dieser (?:datei|stelle|funktion))\b|" + _BAD_STATE, strong=True),
        Rule("for-x-we", "preference", "feedback", 0.8, r"^(?:für|bei) (?!dies|den (?:ersten|nächsten)|jetzt|die (?:demo|erste))[\w./-]+(?: [\w./-]+){0,3} (?:nehmen|verwenden|nutzen|benutzen|schreiben|bevorzugen) wir (?!das\b|dies|es\b)\S+", _BAD_STATE + r"|\b(?:jetzt|gerade)\b"),
        Rule("custom", "preference", "feedback", 0.85, r"\b(?:(?:das )?ist (?:bei uns |hier )?(?:so )?(?:üblich|standard|usus|konvention|gang und gäbe|die regel)|so (?:machen|halten|handhaben) wir (?:das|es) (?:hier|immer|bei uns|überall)|unsere (?:regel|konvention|vorgabe) (?:ist|lautet)|als faustregel|faustregel:|mir ist (?:sehr )?wichtig,? dass|ich lege (?:großen )?wert (?:auf|darauf))\b.*", r"\b(?:nicht (?:üblich|standard)|diese\w?|falsch)\b", strong=True),
        Rule("trailing-always", "preference", "feedback", 0.85, r"^(?!ich\b|es\b|das\b|dies|der (?:test|build|server)|die seite)\S+(?: \S+){2,}, (?:immer|ohne ausnahme|grundsätzlich|überall|nie|jedes mal)[.!]*$", _BAD_STATE, strong=True),
        Rule("never-imperative", "preference", "feedback", 0.85, r"^(?:bitte )?(?-i:[A-ZÄÖÜ]?)[a-zäöüß]{3,} (?!ich\b|wir\b|er\b|sie\b|es\b)(?:\S+ ){1,8}?(?:grundsätzlich|niemals|nie|generell|unter keinen umständen|auf keinen fall) (?:nicht |an|ab|auf|aus|ein|weg|mit|um|hinzu)*[.!]*$", r"^(?:das|der|die|es|ich|wir|er|sie|hier|dort|warum|ist|war|hat)\b|" + _BAD_STATE, strong=True),
        Rule("unasked", "preference", "feedback", 0.85, r"^(?:bitte )?(?!das\b|es\b|die (?:seite|app))\S+ .*\b(?:ungefragt|ohne (?:rückfrage|zu fragen|nachzufragen|absprache|mich zu fragen|rücksprache|vorher zu fragen))\b", r"\bdies\w*\b|\b(?:hast|wurde|hat)\b", strong=True),
        Rule("keep-style", "preference", "feedback", 0.85, r"^(?:bitte )?(?:antworte|antworten|schreib|schreibe|formuliere|fass dich|fasse dich|halte dich|halt dich|sprich|erkläre?)(?: mir| mit mir)? (?:bitte )?(?:kurz|knapp|auf (?:deutsch|englisch|spanisch)|kürzer|ausführlich|in stichpunkten|ohne \w+|direkt|einfach)\b|^(?:bitte )?halte? (?:deine|die) (?:antworten|erklärungen|commits|funktionen|zusammenfassungen|pull-?requests|beschreibungen|kommentare|commit-?nachrichten) \w+", r"\b(?:jetzt|diesmal|diese\w?)\b"),
        Rule("if-you", "preference", "feedback", 0.8, r"^(?:wenn|falls) (?:du (?:dir )?(?:unsicher|nicht sicher)|etwas unklar|du etwas)\b[^,]{0,60}, (?:dann )?(?:bitte )?(?:frag|frage|sag|stopp|halte|lies|prüfe|nimm)\b", strong=True),
        Rule("avoid", "preference", "feedback", 0.8, rf"^(?:bitte )?vermeide(?:n)? (?!{_DET})\S+", r"\b(?:hier|jetzt|diese\w?)\b"),
        Rule("instead-of", "preference", "feedback", 0.85, rf"(?:^|[,;:.] )(?:nein[,.:!]? )?(?:bitte )?(?:nimm|nehmt|benutze?|verwende|nutze?|schreibe?) (?:bitte )?(?:lieber )?(?!{_DET})(?:\S+ ){{1,4}}?(?:statt|anstatt|anstelle von|und nicht|nicht) (?!{_DET})\S+"),
        Rule("no-use", "preference", "feedback", 0.75, rf"^nein[,.:!]+ (?:bitte )?(?:nimm|benutze?|verwende|nutze?) (?:bitte )?(?!{_DET}|nur|beide|\d|\S*/)[\w.+#@-]+(?: [\w.+#-]+){{0,2}}[.!]*$"),
        Rule("decision", "decision", "project", 0.85, r"^(?:wir|das team|die leitung) (?:haben|hat) (?:uns |sich )?(?:\S+ ){0,12}?(?:entschieden|beschlossen|geeinigt|festgelegt|vereinbart|gewählt|ausgewählt|verworfen)\b", r"\b(?:noch nicht|nicht entschieden|noch keine)\b", strong=True),
        Rule("decided-for", "decision", "project", 0.85, r"^(?:entscheidung|beschluss|beschlossen|entschieden): \S+(?: \S+)+", strong=True),
        Rule("switched", "decision", "project", 0.8, r"^wir (?:sind|haben) (?:\S+ ){0,8}?(?:umgestiegen|gewechselt|umgestellt|migriert|abgeschafft|ersetzt)\b|^wir (?:steigen|wechseln|stellen|migrieren) (?:\S+ ){0,8}?(?:um|auf|zu|nach|ab)\b", r"\b(?:branch|zeile|datei)\b|" + _BAD_STATE),
        Rule("take-because", "decision", "project", 0.8, rf"^(?:wir|lass(?:t)? uns|ich) (?:nehmen|verwenden|nutzen|benutzen|bleiben|setzen|behalten|nehme|verwende|wählen) (?!{_DET})\S+.*,? (?:weil|da|denn|sonst)\b", r"\boption\b"),
        Rule("is-out", "decision", "project", 0.8, r"^(?-i:[A-ZÄÖÜ])[\w.+#-]*(?: [\w.+#-]+){0,2} (?:ist|sind) (?:raus|vom tisch|gesetzt|gestorben|gestrichen|verworfen|abgelöst|keine option)\b", r"\bnoch nicht\b"),
        Rule("so-agreed", "decision", "project", 0.85, r"^\S+(?: \S+){2,}[,;–—-]+ (?:das|dies|so) (?:haben wir|hat (?:das team|der kunde|die leitung)|ist|wurde) (?:\S+ ){0,6}?(?:vereinbart|beschlossen|entschieden|abgesprochen|abgestimmt|festgelegt|ausgemacht|abgemacht|abgenommen|so gewollt|absicht)\b", r"\bnicht (?:entschieden|vereinbart|beschlossen)\b"),
        Rule("stay-with", "decision", "project", 0.8, r"^wir (?:bleiben (?:\w+ )?bei|setzen (?:\w+ )?auf|verzichten (?:\w+ )?auf|lassen \S+ weg|behalten) (?!dies|de[mnr] (?:ersten|zweiten|alten)|das\b|es\b)\S+(?: \S+)*", r"\b(?:jetzt|heute)\b|" + _BAD_STATE),
        Rule("must-stay", "constraint", "project", 0.9, r"^(?:die|das|der|unsere?) (?:[\w-]+ )?(?:[\w-]*(?:anwendung|app|bibliothek|programm|projekt|code|dienst|service|paket|plugin|produkt|werkzeug|tool|build|api|backend|frontend|seite|website|system|server|client|sdk|cli|binary|datenbank|software)) (?:muss|darf|soll) (?:\S+ ){0,8}?(?:laufen|unterstützen|bleiben|funktionieren|kompatibel|auskommen|einhalten|starten|enthalten|sein|überschreiten|brauchen|benötigen|kompilieren|bauen)\b", r"\b(?:grün|fertig|schneller|wenn man|rot|blau|repariert)\b"),
        Rule("we-must", "constraint", "project", 0.9, r"^(?:wir|man) (?:müssen|muss) (?:\S+ ){0,8}?(?:kompatibel|unterstützen|einhalten|offline|ohne (?:internet|netz)\w*)\b"),
        Rule("we-may-not", "constraint", "project", 0.9, r"^(?:wir|man|niemand) (?:dürfen|darf|können|kann) (?:nur|keine?\w?|nicht|nie|niemals)? ?(?:\S+ ){0,10}?(?:nutzen|verwenden|benutzen|speichern|protokollieren|loggen|einsetzen|aufnehmen|hinzufügen|voraussetzen|weitergeben|veröffentlichen|ausliefern|entfernen|brechen|anheben|aktualisieren|einführen|importieren|sammeln|aufrufen)\b", r"\b(?:dies\w*|hier|jetzt)\b"),
        Rule("all-must", "constraint", "project", 0.9, r"^(?:alle|jede\w?|kein\w?|nichts|niemand|sämtliche)(?: [\w-]+){0,7}? (?:müssen|muss|darf|dürfen|braucht|brauchen|soll|sollen)\b \S+", r"\b(?:grün|durchlaufen|behoben|dieser|diesem|angepasst|jetzt)\b"),
        Rule("generic-must", "constraint", "project", 0.9, rf"^(?!{_DET}|ich\b|wir\b|du\b|hier\b|das\b|wenn\b|da\b|im\b|in\b)(?:[\w-]+ ){{1,3}}?(?:dürfen|müssen|darf|muss) (?:\S+ ){{0,10}}?(?:nicht|nie|niemals|nur|immer|ausschließlich|innerhalb|höchstens|mindestens|verschlüsselt|anonymisiert)\b \S+", r"\b(?:grün|durchlaufen|behoben|dies\w*|jetzt|gerade|heute)\b"),
        Rule("limit", "constraint", "project", 0.9, r"^(?:die|das|der|unsere?|jede\w?|eine?|kein\w?) (?:[\w-]+ ){1,4}?(?:darf|muss|dürfen|müssen|soll|sollte) (?:\S+ ){0,6}?(?:unter|über|höchstens|maximal|mindestens|mehr als|größer als|länger als|innerhalb von|in|kleiner als|bis zu) (?:\w+ )?\S*\d", r"\b(?:jetzt|gerade|zeile|spalte|aber)\b"),
        Rule("has-only", "constraint", "project", 0.85, r"^(?:die|das|der|unsere?|jede\w?|alle) (?:[\w-]+ ){1,4}?(?:hat|haben|bekommt|bekommen|verträgt|läuft mit|laufen mit) (?:nur|maximal|höchstens|gerade mal) \d\S*", r"\b(?:noch|zeilen|tests|übrig)\b"),
        Rule("capped", "constraint", "project", 0.85, r"^(?!das\b|dies|es\b)(?:[\w-]+ ){1,4}?(?:ist|sind) (?:\S+ ){0,5}?auf \S*\d\S*(?: \S+){0,3} (?:begrenzt|beschränkt|limitiert)\b"),
        Rule("still-on", "constraint", "project", 0.85, r"^(?:unsere|die|viele|manche|einige) (?:\w+ )?(?:kunden|nutzer|anwender|geräte|server|rechner|maschinen|partner|monteure|filialen|kollegen) (?:haben|nutzen|laufen|arbeiten|sitzen|sind) (?:noch |alle |weiterhin |nur |teilweise |immer noch |oft |meist )*(?:auf|mit|ohne|hinter|keinen?|kein) (?!urlaub|der (?:suche|falschen))\S+", _BAD_STATE),
        Rule("forbidden", "constraint", "project", 0.9, r"^(?!das\b|dies|es\b)(?:[\w-]+ ){1,6}(?:ist|sind) (?:nicht erlaubt|verboten|untersagt|tabu|pflicht|vorgeschrieben|nicht zulässig)\b"),
        Rule("forbidden-with-us", "constraint", "project", 0.9, r"^(?!das\b|dies|es\b)(?:[\w-]+ ){1,7}(?:ist|sind) (?:bei uns|hier|in diesem projekt|\S+ )*(?:wegen .{3,40} )?(?:nicht erlaubt|verboten|untersagt|tabu|pflicht|vorgeschrieben|nicht zulässig)\b"),
        Rule("authority", "constraint", "project", 0.9, r"^(?:der kunde|die kundin|unsere? kund\w+|der auftraggeber|das gesetz|die dsgvo|dsgvo|die rechtsabteilung|der datenschutz|die revision|der vertrag|die security|das security-team|der betriebsrat) (?:verlangt|fordert|erlaubt|verbietet|besteht|schreibt vor|untersagt|erwartet|will|braucht)\b(?! (?:das|dies|es|eine antwort|heute|jetzt)\b)"),
        Rule("tracked-in", "project", "reference", 0.9, rf"^(?:die |das |der |unsere? |alle )?(?:[\w-]+ ){{0,3}}?{_RESOURCE}(?: [\w-]+){{0,3}}? (?:werden|wird|liegen|liegt|sind|ist|steht|stehen|findest du|finden sich|findet sich|gehören|kommen) (?:immer |alle )?(?:unter|in|im|bei|auf|nach|zu)? ?(?:der |dem |das )?{_TARGET}", r"\b(?:kaputt|falsch|veraltet)\b"),
        Rule("at-url", "project", "reference", 0.85, r"^(?:die |das |der |den |unsere?n? |alle )?(?:[\w/-]+ ){1,6}?(?:ist|sind|liegt|liegen|steht|stehen|gibt es|findest du|findet man|finden sich|findet sich|gibt's|läuft) (?:\S+ ){0,4}?(?:unter |auf |in |bei )?https?://\S+", _BAD_STATE + r"|\b(?:leer|404|gibt zurück|liefert|öffne|ruf)\b"),
        Rule("report-in", "project", "reference", 0.85, rf"^(?:die |alle |unsere )?(?:[\w-]+ )?(?:{_RESOURCE}|anforderungen|ideen|alles|urlaube|incidents) (?:melden|tracken|verwalten|dokumentieren|pflegen|erfassen|planen|sammeln|halten|führen|besprechen|legen|tragen) wir (?:\S+ )?(?:in|im|über|bei|unter|auf|per) (?:der |dem |das )?{_TARGET}|^(?:[\w-]+ ){{1,3}}?(?:kommen|laufen|landen|gehen) (?:immer |alle )?(?:über|in|bei|per|an) (?:der |dem |das )?{_TARGET}(?: rein| ein)?|^wir (?:melden|tracken|verwalten|dokumentieren|pflegen|erfassen|planen|sammeln|führen|besprechen) (?:\S+ ){{1,4}}?(?:in|im|über|bei|unter|auf|per) (?:der |dem |das )?{_TARGET}"),
        Rule("schedule", "project", "project", 0.9, r"\b(?:merge-?freeze|code-?freeze|feature-?freeze|freeze|deadline|release|abgabe|umstellung|migration|einführung) (?:beginnt|startet|endet|ist (?:am|im|bis|für|geplant)|gilt (?:ab|bis))\b", _BAD_STATE),
        Rule("every-night", "project", "project", 0.85, rf"^(?:der|die|das|unsere?|ein|eine|alle|wir) (?:[\w./-]+ ){{1,5}}?.*{_EVERY}.*", _BAD_STATE + r"|\b(?:soll|sollte|muss|bitte|jetzt|ich|fehl\w*)\b"),
        Rule("environment", "project", "project", 0.9, r"^(?:der|die|das|unsere?|unser) (?:[\w-]+ ){0,2}?[\w-]*(?:server|datenbank|staging|produktion|umgebung|api|dienst|service|cluster|ci|pipeline|branch|system|backend|frontend|app|anwendung|import\w*|build|registry|webseite|website|team) (?:läuft|laufen|liegt|lauscht|hört|ist erreichbar|wird (?:\S+ ){0,4}?(?:betrieben|gehostet|gebaut|ausgeliefert|deployt|gepflegt|gestartet)|nutzt|verwendet|heißt|ist (?:\S+ )?(?:[A-Z]\w+|\d[\w.]*)|gehört)\b", _BAD_STATE + r"|\b(?:gerade|wieder|fertig|grün|rot|leer|jetzt|nie|nicht|immer)\b"),
        Rule("we-use", "project", "project", 0.85, r"^(?:hier |in diesem (?:projekt|repo) )?wir (?:verwenden|nutzen|benutzen|deployen|veröffentlichen|betreiben|pflegen|unterstützen|releasen|bauen|testen|hosten|liefern|speichern|arbeiten mit) (?!das\b|dies|es\b|zu\b|die (?:falsche|gleiche|alte|neue)|gerade)\S+(?: \S+)*", _BAD_STATE + r"|\b(?:hier|gerade|jetzt|nie)\b"),
        Rule("called", "project", "project", 0.9, r"^(?:unser\w*|der|die|das) (?:[\w-]+ ){1,3}(?:heißt|gehört|wird (?:\S+ ){0,3}?(?:abgeschafft|entfernt|ersetzt|abgelöst)) \S*", r"\b(?:fehler|variable|funktion|methode|klasse|datei|test|knopf)\b"),
        Rule("owner", "project", "project", 0.9, r"^(?-i:[A-Z][a-zäöü]+|[Dd]as [\w-]+-?[Tt]eam) (?:betreut|verantwortet|pflegt|leitet|ist (?:für .+ )?(?:zuständig|verantwortlich)|ist zuständig für)\b", r"^(?:das|es|dies|hier)\b(?! [\w-]+-?team)"),
        Rule("who-decides", "project", "project", 0.85, r"^(?-i:(?:Frau |Herr )?[A-ZÄÖÜ][a-zäöüß]+|Das [\w-]+-?[Tt]eam) (?:entscheidet|kümmert sich|macht|übernimmt|prüft|gibt .* frei) (?:über|um|alle|alles|die|das|den|jede)\b \S+", r"^(?:das|es|dies|hier|wer|was|der|die|dann|bitte|jetzt|git|docker|python)\b(?! [\w-]+-?team)|\b(?:gerade|heute|jetzt)\b"),
        Rule("person-to-ask", "project", "project", 0.9, r"^(?:ansprechpartner\w*|zuständig|verantwortlich|kontakt|product owner) (?:für|bei|ist|im|in)\b.* (?:ist|sind|das team|frau|herr)\b|\b(?:ist|sind) (?:der|die|dein\w?|unser\w?) (?:richtige )?(?:ansprechpartner\w*|zuständige|product owner)\b|^(?:frag|frage|wende dich an|sprich mit) (?-i:[A-ZÄÖÜ]\w+)\b.*\b(?:bei|wenn|zu|wegen|für)\b", r"\b(?:heute|jetzt|dies\w*)\b"),
        Rule("reason", "project", "project", 0.85, r"^der (?:eigentliche |einzige )?grund(?:, warum| dafür, dass| für (?:den|die|das)) .* (?:ist|war)\b", _BAD_STATE),
        Rule("noted", "project", "project", 0.8, r"^(?:beachte|denk daran|merk dir|zur kenntnis)[,:]? (?:dass )?(?!das\b|dies|es\b)(?:\S+ ){2,}\S+", _BAD_STATE),
        Rule("keep-doing", "pattern", "feedback", 0.7, r"\b(?:mach|macht|machen wir|behalte|bleib|schreib|schreibe)\b.{0,20}\b(?:weiter(?:hin)?|genau so|so)\b.{0,10}\b(?:mit|wie|bei|hier)\b(?! (?:dem|der) (?:nächsten|rest))", r"\bmach weiter\b"),
        Rule("proven", "pattern", "feedback", 0.75, r"\bhat sich (?:\w+ ){0,2}bewährt\b|\b(?:beibehalten|beibehältst|so beibehalten|so weiter(?:machen|führen))[.!]*$|\bbleib(?:en wir)? (?:bitte )?(?:dabei|bei (?:diesem|dem) (?:stil|vorgehen|muster|ansatz))\b", r"\b(?:nicht|vorerst|noch)\b"),
        Rule("how-we", "pattern", "feedback", 0.75, r"\b(?:genau so|so) (?:machen|schreiben|bauen|handhaben|benennen|mag|will|möchte|hätte) (?:wir|ich)\b.{6,}|\bwar (?:genau )?(?:die richtige (?:wahl|entscheidung)|der richtige weg|richtig so)\b", r"\b(?:das|es|dies) war (?:genau )?(?:die|der|richtig)"),
        Rule("like-how", "pattern", "feedback", 0.75, r"^(?:ich mag|mir gefällt|gefällt mir),? (?:wie|dass) du \S+(?: \S+)+", r"\baber\b"),
    ),
)  # fmt: skip
