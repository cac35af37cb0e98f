"""What words say about a statement, as data: negation, opposites, values that exclude one another, words that tell two
subjects apart, words that say little. English, German, Spanish, Portuguese and French.

Written from general knowledge of the languages and of the field, not from any data set. Words are casefolded and
without accents; forms are listed where a stemmer would not bring them together.
"""

from __future__ import annotations

from typing import Final


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _groups(text: str) -> dict[str, int]:
    return {word: number for number, line in enumerate(text.strip().split("\n")) for word in line.split()}


NEGATORS: Final = _set(
    """not no never none nobody nothing without avoid stop dont don't doesnt doesn't isn't aren't won't can't cannot
    shouldn't mustn't refrain nor neither refuse drop unwanted
    nicht nie niemals kein keine keinen keinem keiner keines ohne niemand nichts vermeiden
    nunca jamas sin evitar nadie ningun ninguna ninguno tampoco
    nao jamais sem evite nenhum nenhuma ninguem
    ne pas sans aucun aucune
    не никогда нет без"""
)
"""A clause with one of them denies what it says."""
INSTEAD: Final = (
    "instead of", "rather than", "in place of", "no longer", "not anymore", "as opposed to",
    "anstatt", "anstelle von", "statt", "nicht mehr", "en lugar de", "en vez de", "ya no", "em vez de", "ao inves de",
    "au lieu de", "ne plus",
)  # fmt: skip
"""A clause that begins here denies what follows. So does one with `from` after a verb of moving (MOVED)."""
MOVED: Final = _set("moved move moving migrated switched changed switch migrate gewechselt umgestellt migrado cambiado")
PREFERRED: Final = _set("prefer prefers preferred preferring favour favours favor favors")
"""With one of them, `over` denies what follows."""

NOW: Final = _set(
    """now nowadays anymore henceforth since replaced replaces switched moved migrated instead changed correction
    corrected update updated jetzt nunmehr seit seitdem ab statt anstatt umgestellt gewechselt ersetzt korrektur
    ahora desde reemplaza cambio cambiado agora substitui mudou passou desormais maintenant depuis remplace"""
)
"""Explicit evidence that a statement corrects an older one."""
NOW_PHRASES: Final = ("no longer", "instead of", "not any more", "as of", "nicht mehr", "ya no", "en lugar de",
                      "em vez de", "nao mais", "au lieu de", "ne plus", "rather than")  # fmt: skip

OPPOSITES: Final = {
    word: positive
    for positive, words in {
        "enable": "disable disabled disables disabling deaktiviert deaktivieren",
        "allow": "forbid forbids forbidden disallow disallowed prohibit prohibited ban banned deny denied verboten",
        "require": "optional unnecessary unneeded opcional facultatif",
        "include": "exclude excluded excludes omit omitted",
        "on": "off",
        "true": "false",
        "accept": "reject rejected rejects decline declined",
        "sync": "async",
        "keep": "delete deleted discard discarded",
        "like": "dislike dislikes hate hates",
        "safe": "unsafe",
        "support": "unsupported",
        "stable": "unstable",
        "before": "after",
        "vor": "nach",
        "antes": "despues depois",
        "avant": "apres",
        "aktiviert": "deaktiviert",
        "erlaubt": "verboten untersagt",
        "permitido": "prohibido proibido",
        "obligatorio": "opcional",
    }.items()
    for word in words.split()
}
"""A word that says the contrary of another: the other word, denied."""

ALTERNATIVES: Final = _groups(
    """npm yarn pnpm bun
tabs tab spaces space
single double
pytest unittest nose jest vitest mocha jasmine ava
postgresql postgres mysql mariadb sqlite mongodb oracle mssql dynamodb cassandra
jenkins circleci travis gitlab-ci teamcity buildkite
ruff flake8 pylint
eslint biome
black yapf autopep8
react vue svelte angular solid
django flask fastapi express rails laravel
webpack vite rollup esbuild parcel
aws gcp azure
squash rebase
main master trunk develop
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
lunes martes miercoles jueves viernes sabado domingo
january february march april june july august september october november december
daily weekly monthly yearly hourly nightly
taglich wochentlich monatlich jahrlich
always sometimes rarely
rest graphql grpc soap
json yaml toml xml ini
jwt cookies cookie
python ruby java kotlin rust golang typescript
snake_case camelcase kebab-case pascalcase
lf crlf
utf-8 latin-1 utf-16
redis memcached
kafka rabbitmq nats sqs
docker podman
jira linear trello asana
slack teams discord
english german french spanish portuguese italian
englisch deutsch franzosisch spanisch
ingles espanol portugues aleman frances
dark light
minutes hours days weeks months
first second third fourth last"""
)
"""Words of one line exclude one another as the value of one subject."""

SCOPES: Final = _groups(
    """staging production prod preview sandbox qa uat dev development
frontend backend
client server
windows macos linux mac osx ubuntu ios android
unit integration e2e smoke
read write connect
input output
request response
primary secondary replica
internal external
web mobile desktop
admin guest customer
upload download
import export
inbound outbound incoming outgoing
login logout
source target
parent child
left right
top bottom
min max minimum maximum
north south east west
norte sur sul
nord sud
start stop restart
add remove
create delete
open close
increase decrease
encode decode
encrypt decrypt
install uninstall
upgrade downgrade
lock unlock
push pull
public private"""
)
"""Words of one line tell two subjects apart: what is said of one does not contradict the other."""

LABELS: Final = _set(
    """session phase step sprint part chapter pr issue ticket milestone iteration round pull mr bug task week day item
    batch wave episode section figure table version release rule case test stage level line row page sitzung teil
    schritt woche sesion fase paso parte semana sessao passo etapa run attempt experiment v"""
)
"""A number behind one of them names a thing (`session 12`, `PR #120`) and is no value of it."""
VERSIONED: Final = _set("version release v")

UNITS: Final = _set(
    """ms millisecond s sec second minute min hour h day week month year percent kb mb gb tb kib mib gib byte byt px pt
    em rem line row user request euro dollar usd eur token char charact worker thread core cpu replica time
    sekund minut stund tag woch monat jahr prozent zeil segund minuto hora dia seman mes ano linh line million thousand
    billion millionen tausend k m"""
)
"""Stems of words that belong to the number before them."""

SAME: Final = {
    word: words.split()[0]
    for words in """dev development|db database databases|config configuration configured settings setting
repo repository repositories|prod production|env environment environments|auth authentication authenticate authenticates
pr prs pull-request|docs documentation doc|js javascript|ts typescript|k8s kubernetes|postgres postgresql
admin administrator|app application applications|spec specification|info information|perf performance
short terse brief concise kurz knapp|trailing end|integer int|directory folder dir|function func fn
dev-server devserver|ttl time-to-live|msg message messages|image img|max maximum|min minimum|every each all per
start begin begins starts launch launches|freeze code-freeze|answer answers response responses reply replies
integrate integration integrations integrated|deploy deployment deploys deployed|ci pipeline|on-call oncall
colour color|licence license|behaviour behavior|email e-mail mail|url link|user benutzer|e2e end-to-end
datenbank datenbanken|despliega desplegar despliegue|escrever escreva escritos escrita|teste testes
pull-request pullrequest|legal compliance""".replace("\n", "|").split("|")
    for word in words.split()
}
"""Spellings of one thing."""

LIGHT: Final = _set(
    """run runs running ran use uses used using listen listens live lives want wants need needs require required
    requires must should shall prefer prefers like likes keep keeps kept write written writes set sets setting make
    makes take takes get gets go goes call called named work works happen always please usually currently via per
    because since so that why how apply user project repository repo start starts begin begins manage managed
    track tracked store stored place thing new when where only just also too etc here there every each all any
    everything now instead moved switched longer mode name value default time way part lot follow follows
    following verwendet verwenden benutzt nutzen nutzt wird werden soll sollen muss mussen immer bitte mochte will
    wollen schreiben ausfuhren ausgefuhrt usar usa usan usam utiliza utilizar debe deben devem deve siempre sempre
    quiere quer
    usuario utilise utiliser doit doivent toujours faut bleiben bleibt jetzt ahora agora insiste precisa necesita run
    build builds built ensure see siehe voir look says said working focus focused focuses"""
)
"""Words that say little beside the others: a difference in them is none."""

STOPS: Final = _set(
    """ser seja sejam sea sean
    der die das den dem des ein eine einen einem einer eines und oder aber ist sind war im in am an auf fur von vom
    zum zur mit zu bei da weil dass als auch nur noch sich es er sie wir ich man hat haben ist uber aus nach um bis
    el la los las un una unos unas y o pero es son esta estan de del al en por para con que se su sus lo como mas ya
    os as um uma uns umas e ou mas sao estao do da dos das no na nos nas ao aos pelo pela com seu sua isso
    le les des du et ou est sont dans sur au aux par pour avec qui que ce cette il elle on une
    the a an of to is are was were be been being it its this that these those in at by with for from as and or but
    if then than into onto over under our we you your i my me they their he she his her which who whom while has have
    had do does did will would can could may might there here about s t re ve ll d"""
)
"""Words of no content in any of the languages (a superset of what recall leaves out of questions)."""

ARTICLES: Final = _set("a an ein eine einen einem einer un una um uma une")
"""They may count: `um revisor` against `dois revisores`."""

LANGUAGE_MARKS: Final = {
    "german": _set(
        "der die das und ist nicht ein eine wird werden fur mit von auf im den zu keine bitte nie jeden wir"
    ),
    "spanish": _set("el los las es una para con por del que se no esta y en la un cada"),
    "portuguese": _set("os um uma nao para com por do da que em ser sao deve devem o a cada ao e"),
    "french": _set("le les des une est pour dans avec sur du et la il faut deux avant en"),
    "english": _set("the is are and of to in for with a on be not it that this must use never don't from when by"),
}
"""Frequent words by which a text's language is guessed."""

NUMBER_WORDS: Final = {
    word: str(number)
    for number, words in enumerate(
        """zero null cero|one eins|two zwei dos dois duas deux|three drei tres trois|four vier cuatro quatro quatre
five funf cinco cinq|six sechs seis|seven sieben siete sete sept|eight acht ocho oito huit|nine neun nueve nove neuf
ten zehn diez dez dix|eleven elf once onze|twelve zwolf doce doze douze""".replace("\n", "|").split("|")
    )
    for word in words.split()
}

MONTHS: Final = {
    word: number
    for number, words in enumerate(
        """january jan januar enero janeiro janvier|february feb februar febrero fevereiro fevrier
march mar marz marzo marco mars|april apr abril avril|may mai mayo maio|june jun juni junio junho juin
july jul juli julio julho juillet|august aug agosto aout|september sep sept septiembre setembro septembre
october oct oktober okt octubre outubro octobre|november nov noviembre novembro novembre
december dec dezember dez diciembre dezembro decembre""".replace("\n", "|").split("|"),
        start=1,
    )
    for word in words.split()
}

INTRODUCERS: Final = _set(
    """to by with is are be called named use uses using via through = : ist sind von mit durch heisst nutzt verwendet
    es son por con usa usan e sao com pelo est sont par avec utilise owned hosted"""
)
"""A value of any name may follow one of them (`owned by`, `deployed to`); what follows `for` or `when` is a scope."""

RELATIONS: Final = _set(
    """over before after than from to into by under above below behind against until
    vor nach von uber unter gegen bis
    antes despues sobre desde hasta depois ate
    avant apres vers contre"""
)
"""Words whose object is not the subject: with the two exchanged it is another statement."""
OBJECT_ENDS: Final = _set(
    """for with when if because while so since as at of in on who which that fur mit wenn weil damit bei
    para con cuando porque en com quando em pour avec quand dans is are was will must should wird werden"""
)
"""They end what stands behind a preposition."""
CONJUNCTIONS: Final = _set("and or nor plus und oder sowie y e o u ou et the a der die das el la los las le les & ,")
"""What stands on either side may change places."""
ORDERING: Final = _set("before after vor nach antes despues depois avant apres")
"""Relations whose opposite, with the two exchanged, says the same."""
MEASURES: Final = (
    _set(
        """ms millisecond s sec second min minut h hour day week month year
        sekund stund tag woch monat jahr segund hora"""
    ),
    _set("kb mb gb tb kib mib gib byte byt"),
    _set("euro dollar usd eur"),
)
"""Stems of units that measure the same."""
TIMES: Final = frozenset(ALTERNATIVES[word] for word in ("march", "monday", "weeks"))
"""Groups of which one says the same as a date or a unit does."""
DETERMINERS: Final = ARTICLES | _set("the der die das den dem el la los las le les o os as our unser nuestro")
AGENTS: Final = _set("by von durch por pelo pela par")
"""Behind a participle they lead in who does it."""
PASSIVE: Final = _set("is are was were be been being wird werden es son fue foi sao est sont")
CONDITIONS: Final = _set("when if unless while without wenn falls ohne si cuando sin se quando sem quand sans")
"""What stands behind one of them is no statement."""
