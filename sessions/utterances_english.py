# ruff: noqa: E501 - a rule is one line of the table
"""English: what makes a sentence last."""

from __future__ import annotations

from typing import Final

from .utterance_rules import Language, Rule

_DET: Final = (
    r"(?:the|this|that|these|those|it|its|them|my|your|his|her|a|an|one|both|either|other|another|same|second|first)\b"
)
_PLACE: Final = (
    r"(?:repo|repository|project|codebase|monorepo|team|company|organi[sz]ation|package|workspace|product|app)"
)
_START: Final = r"(?:^|[,;:–—] (?:and |but |so |also |then )*(?:please )?| - (?:please )?|[.!] )"
_BAD_STATE: Final = (
    r"\b(?:fail(?:s|ed|ing)?|errors?|broken|breaks?|bugs?(?! (?:are|live|go|reports? (?:are|go)))|wrong|down again|is down|"
    r"crash(?:es|ed|ing)?|stuck|slow|missing|flaky|not work(?:ing)?|does ?n[o']t|doesn't|isn't|too (?:much|many|long|big)|"
    r"again|instead of \d|weird|odd|hangs?|line \d+)\b"
)
_PROJECT: Final = (
    r"(?:project|app|application|library|lib|code|codebase|service|package|plugin|product|cli|tool|binary|build|api|"
    r"back ?end|front ?end|site|website|system|server|client|sdk|bundle|extension|image|installer|database|docs|"
    r"agent|daemon|engine|firmware|game|pipeline|repo|repository|importer|worker|index|format|protocol)"
)
_ENVIRONMENT: Final = (
    r"(?:staging|production|prod|dev(?:elopment)?|test(?:ing)?|ci|database|db|main|default|release|api|back ?end|"
    r"front ?end|servers?|services?|cluster|repo(?:sitory)?|monorepo|team|customers?|deploy(?:ment)?s?|app|website|site|"
    r"auth\w*|payments?|billing|legacy|scheduler|queue|cache|broker|gateway|proxy|registry|pipeline|infrastructure|"
    r"mobile|web|data|worker|workers|importer|cron|jobs?|admin|public|internal)"
)
_RESOURCE: Final = (
    r"(?:bugs?|issues?|tickets?|tasks?|backlog|board|roadmap|dashboards?|docs?|documentation|documents?|runbooks?|wiki|"
    r"specs?|specifications?|designs?|mock-?ups?|wireframes|colou?rs|channel|logs|metrics|alerts|handbook|guides?|"
    r"guidelines|check-?lists?|playbooks?|credentials|secrets|schemas?|contracts?|adrs?|rfcs?|incidents?|"
    r"post-?mortems?|errors|traces|feature requests|bug reports|meeting notes|style guide|translations|recordings)"
)
_TOOL: Final = (
    r"(?:linear|jira|notion|confluence|slack|github|gitlab|figma|grafana|datadog|sentry|asana|trello|google \w+|miro|"
    r"sharepoint|1password|bitwarden|vault|kibana|posthog|youtrack|redmine|bitbucket|airtable|discord|zendesk|shortcut|"
    r"clickup|basecamp|teams|looker|metabase|pagerduty|opsgenie|prometheus|phabricator|bugzilla|outline|lokalise)"
)
_URL: Final = r"(?:https?://\S+|\b[\w-]+(?:\.[\w-]+)+/\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:internal|local|corp|com|org|io|net|dev|app|example)\b)"
_TARGET: Final = rf"(?:{_URL}|(?:the |our )?(?:\w+ )?{_TOOL}\b|(?:the|our) [\w./-]+(?: [\w./-]+)? (?:repo|repository|channel|project|board|folder|wiki|space|drive)\b)"
_CONVENTIONS: Final = (
    r"(?:commit messages|error messages|log messages|messages|tests|test (?:files|names)|unit tests|integration tests|comments|docstrings|branches|"
    r"branch names|(?:variable|function|file|class|module|test|column|table) ?names|filenames|migrations|imports|exports|constants|types|components|"
    r"styles|fixtures|pull requests|prs|commits|changelog entries|release notes|identifiers|docs|documentation|endpoints|urls|routes|dates|"
    r"timestamps|prices|amounts|secrets|credentials|config(?:uration)?|translations|tables|columns|enums|interfaces|modules|packages|scripts|"
    r"snapshots|mocks|headers|hooks|quotes|semicolons|tabs|spaces|indentation|line endings|spelling|english|type hints|semver|semantic versioning|"
    r"conventional commits|style guide|naming conventions?|conventions?|assertions|exceptions|logs|feature flags|errors|functions|variables|files)"
)
_DATE: Final = (
    r"(?:\d{4}|q[1-4]|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|(?:next|this) (?:week|month|quarter|year|spring|summer|autumn|fall|winter)|tomorrow|(?:the )?end of|christmas|easter)"
)
_PAST: Final = (
    r"(?:mind|been|seen|had|heard|said|told|asked|meant|worked|works|fails|failed|happened|happens|gets|got|came|comes|"
    r"knew|saw|did|does|was|were|is|are|has|thought|finished|finishes|returns|returned|expires|used to|understood|"
    r"noticed|tried|felt|liked|ran|went|made|gave|took|wrote|ended|\w+(?<!ne)(?<!e)(?<!s)ed\b(?<!embed)(?<!need)(?<!feed))\b"
)
_ROLE: Final = (
    r"(?:engineer|developer|dev|programmer|manager|designer|scientist|analyst|student|researcher|founder|admin|"
    r"administrator|architect|writer|teacher|consultant|lead|cto|ceo|owner|freelancer|beginner|newcomer|sysadmin|devops|"
    r"sre|maintainer|physicist|biologist|mathematician|statistician|contractor|tester|qa|lawyer|doctor|economist|"
    r"marketer|journalist|hobbyist|artist|professor|intern|translator|data person|backend person|frontend person)"
)

ENGLISH: Final = Language(
    "en",
    frozenset(
        """the and is are to of in it that for with you we i not on this be have from use don't do my our your as at by
        an or but if no never always please should must can will when what how why a every all any so only also keep before
        after i'm it's we're needs its has had was were us let's make sure more then than they them there which who
        would could about into over instead""".split()  # noqa: SIM905
    ),
    lead=(
        r"(?:(?:ok(?:ay)?|also|and|but|so|btw|by the way|hey|hi|hello|well|yes|yeah|yep|good|great|nice|thanks|thank you|"
        r"one more thing|another thing|one thing|oh|hm+|ah|actually|importantly?|fyi|ps|p\.s\.|nb|reminder|plus|again|"
        r"(?:as|like) i (?:said|told you)(?: before| already)?|i(?:'ve| have)? (?:already )?(?:told|asked) you(?: (?:before|already|many times|twice|again))*(?=[:,])|"
        r"that'?s (?:wrong|not right|not how we do it)(?=[,:;–—-])|look|listen|right|sure|perfect|cool|alright|exactly|correct|just|quick note|side note|in addition|"
        r"for the record|for context|heads[- ]?up|just so you know|then|wait|sorry|hold on)\b[\s,:.!–—-]+|[-*•]\s+|\d+[.)]\s+)"
    ),
    polite=r"^(?:can|could|would|will) you (?:please |kindly |just )?(?=(?:always|never|from now on|in (?:the )?future|going forward|stop (?!the|this|that|it)\w+ing)\b)",
    reason=r"(?:,? (?:because|since (?!\d|last|yesterday|the (?:last|update|release|upgrade))|as (?:it|we|they|that|this|our|the)\b|otherwise|so that|so (?:we|it|that|keep)\b|due to|in order to|given that)|, (?:it|they|we|that|this|nobody|otherwise|some|the)\b)",
    vetoes=(
        (
            "question",
            r"\?\s*$|^(?:what|why|who|whose|which|where|how)\b(?! (?:we|i) (?:like|want|do))|^when (?:is|are|do|does|did|will|should|can|was|were)\b|"
            r"^(?:is|are|was|were|do|does|did|can|could|would|should|shall|will|has|have|had|isn't|aren't|don't|doesn't|didn't|won't|wouldn't|"
            r"shouldn't|may|am|any|have) (?:i|we|you|it|they|he|she|the|this|that|there|these|those|our|my|anyone|someone|everything|idea)\b|"
            r", (?:do|don't|is|isn't|are|aren't|right|does|doesn't|can|can't) (?:we|you|it|they|i)\W*$|\b(?:i wonder|wondering|tell me|explain (?:why|how|what|me|to me|this|the)|do you know|any idea)\b",
        ),
        (
            "hypothetical",
            r"\b(?:what if|suppose|supposing|imagine|hypothetical(?:ly)?|in theory|theoretically|let'?s say|let us say|assum(?:e|ing)|say we|"
            r"perhaps|maybe|might|could|would(?! (?:like you|prefer|rather|love)\b)|(?<!you're )(?<!you are )(?<!when )(?<!if )(?:not sure|unsure)|considering|thinking (?:about|of|we|maybe|that)|"
            r"i was thinking|should we|at some point|possibly|probably|i guess|i think|i believe|i suppose|it seems|seems like|"
            r"if (?:we|i|you|they|it) (?:were|had|switched|moved|used|could|did|was)|wish|someday|one day|it'?d be (?:nice|cool|good)|ideally|"
            r"for example|e\.g\.|proposal|idea:|we can (?:also )?(?:use|add|try))\b",
        ),
        (
            "task",
            r"\b(?:for now|this time|just (?:this )?once|this once|(?:today|now) only|only (?:today|now)|temporarily|for the (?:moment|time being)|"
            r"at the moment|right now|(?:in|on|for|to|of|with|from) this (?!(?:(?:\w+ )?" + _PLACE + r"))\w+|"
            r"the (?:first|second|third|last|latter|former|other|next|previous) (?:one|option|approach|file|version|design|idea|suggestion|way|variant|test)|"
            r"options? [a-z\d]\b|approach [a-z\d]\b|as (?:you )?(?:suggested|proposed|described|discussed)|not yet|yet[.!]*$|until (?:i|we) (?:say|get|fix|have|come)|"
            r"user stor(?:y|ies)|as an? (?:customer|user|visitor|admin|buyer|guest|reader),? i|acceptance criteria|"
            r"(?:implement|follow|execute|start|continue|update) the plan|the (?:above|following|attached|failing|remaining|latest|current)|(?:let'?s|we can) (?:not )?(?:do|try|start|continue|begin|fix|move on|skip)|"
            r"(?:(?<=^)|(?<=^please ))(?:add|write|create|implement|make) (?:a|an|the|some|another) (?:\w+ )?(?:tests?|rule|check|lint\w*|hook|function|method|class|endpoint|script|component|button|page|section|file|module|command|flag|option))\b",
        ),
        (
            "reported",
            r"\b(?:says|said|(?:docs?|documentation|readme|linter|they|people|some|logs?|tests?|articles?|guides?) say|claims?|claimed|states?|stated|wrote|writes|told|tells|suggests?|suggested|recommends?|recommended|according to|reads|mentions?|"
            r"mentioned|complains?|contains? the|message is|output is|prints|printed|quot(?:e|es|ed|ing)|translates? to|(?:he|she|they) (?:thinks?|wants?|prefers?|insists?))\b",
        ),
        (
            "negated",
            r"\b(?:(?:don'?t|do not|does ?n[o']t|need not|needn'?t|not|no need to|didn'?t) (?:\w+ )?(?:always|necessarily|have to|need to|prefer|say|mean|decide|decided|settled)|"
            r"no need|never ?mind|haven'?t (?:\w+ )?(?:decided|chosen|agreed|settled)|have not (?:\w+ )?(?:decided|chosen|agreed|settled)|not true|isn'?t true|"
            r"false that|wrong that|it'?s not that|not (?:always|never)|undecided|up to you|your (?:choice|call))\b",
        ),
    ),
    rules=(
        # Who somebody is
        Rule("role", "preference", "user", 0.9, rf"^i(?:'m| am) (?:an? |the )(?:[\w-]+ ){{0,4}}{_ROLE}\b", r"\bi(?:'m| am) a (?:bit|little)\b"),
        Rule("experience", "preference", "user", 0.85, r"^i(?:'ve| have) (?:been (?:writing|programming|working (?:with|in|on)|using|doing|coding|building|developing)\b.{2,60}\bfor (?:\w+ ){0,3}(?:years|decades?|months)\b|(?:\w+ ){1,4}years of (?:experience|\w+)|never (?:used|written|worked with|programmed|touched) [A-Z]\w+ before)", r"\bthis (?:bug|error|issue)\b"),
        Rule("knowledge", "preference", "user", 0.8, r"^i(?:'m| am) (?:new to|not (?:very )?familiar with|familiar with|an expert in|comfortable with|fluent in) (?!this\b|that\b|it\b|the (?:code|file|bug))\w+|^i (?:do not|don'?t) know (?:much|anything|a lot) about (?!this|that|it)\w+|^i know [A-Z]\w+ (?:well|inside out)"),
        Rule("trait", "preference", "user", 0.9, r"^i(?:'m| am) (?:colou?r[- ]?blind|dyslexic|blind|deaf|left[- ]handed|based in|located in|living in|a native)|^my (?:name|time ?zone|native language|mother tongue|background|role|job|job title|pronouns|profession) (?:is|are) |^call me (?-i:[A-Z])\w+[.!]*$|^i work (?:as an?|at|for) (?!the moment|it|this|that)\w+|^i (?:use|work on) (?:an? )?(?:mac(?:os|book)?|windows|linux|ubuntu|arch|fedora|debian|nixos|vim|neovim|emacs|vs ?code|zsh|fish|dvorak)\b"),
        # What always holds
        Rule("from-now-on", "preference", "feedback", 0.9, _START + r"(?:from (?:now|here|today|this point) (?:on(?:wards?)?|forward)|going forward|moving forward|in (?:the )?future|henceforth|next time|in all future \w+|for (?:all )?future \w+)[,:]? (?!it |this |that |will |there |they |i(?:'ll| will| want to| am| need)\b|may )\w+(?: \S+){2,}", r"\bwe(?:'ll| will) (?:need|have|see|get)\b|\b(?:this|that|it) (?:will|may|can|is)\b", strong=True),
        Rule("from-now-on-after", "preference", "feedback", 0.9, r"^(?:please |we |you (?:should |must )?|i want (?:you )?to |always |never |do not |don'?t |only |keep |use |put |add |run |write |ask |make |name |prefer )(?!will\b|'ll\b).*\b(?:from (?:now|here) on(?:wards?)?|going forward|moving forward|in (?:the )?future)[.!]*$", r"\bwill (?:need|have|see|get)\b|\bfor future\b", strong=True),
        Rule("always", "preference", "feedback", 0.9, _START + rf"(?:please |you (?:should|must|have to|need to|shall) |make sure (?:to |you |that you )?|be sure to |remember to |do )*(?:always|never)(?: ever)? (?!{_PAST})(?!\w+(?<!s)(?<!u)(?<!pas)s\b)[a-z]+(?: \S+)+", r"^(?:if|when) (?!you\b|we\b|i\b|in doubt|\w+ing\b)|\byou can (?:always|never)\b", strong=True),
        Rule("we-always", "preference", "feedback", 0.85, rf"(?:^|[,:;–—-] )(?:here )?(?:we|i) (?:always|never) (?!{_PAST})(?!\w+(?<!s)(?<!u)s\b)(?!get\b|see\b|know\b|forget\b|have (?:to|this|that|any)\b|end\b|hit\b|had\b|want to see my)[a-z]+ (?!(?:this|that|it|these|those|them)\b)\S+", r"\b(?:cart|as a)\b", strong=True),
        Rule("rule", "preference", "feedback", 0.85, r"^(?:as a (?:general )?rule|in general|generally|by default|general rule|house rule|our rule|rule|convention|our convention|policy|standing instruction|rule of thumb)(?:[,:]| is(?: that| to)?:?) (?!it |this |that |the (?:problem|issue))\w+(?: \S+){2,}", strong=True),
        Rule("in-general-after", "preference", "feedback", 0.8, r"^(?:please )?(?:keep|use|avoid|put|prefer|write|name|run|make|do not|don'?t|ask|add|leave) .*\b(?:in general|generally|as a rule|by default|at all times|every time|each time|all the time|everywhere)[.!]*$", r"\b(?:rename|replace|this|that|these|those)\b", strong=True),
        Rule("whenever", "preference", "feedback", 0.85, r"^(?:whenever|every time|each time|any ?time|after every|before every|after each|before each|on every|for every|when(?:ever)? (?:\w+ing|you (?:write|add|create|change|edit|touch|commit|push|fix|rename|delete|remove|refactor|review|open|update|make|modify|generate|run|finish|name|need)|in doubt))\b[^,]{2,80}, (?:please )?(?:also |then )?(?!the\b|it\b|this\b|that\b|i\b|he\b|she\b|they\b|there\b|we (?:get|see|have)|a\b|an\b|my\b|our\b|your\b|nothing|you (?:get|see|will|can)|some|[\w-]+ (?:is|are|was|were|do|does|will|has|have|gets?|can|should)\b|[\w-]+ [\w-]+ (?:is|are|was|were|do|does|will|gets?|isn't|aren't)\b)\w+ \S+", r"\bi (?:click|run|open|start|press|try|type)\b|\bthe (?:user|button|app|page)\b", strong=True),
        Rule("before-you", "preference", "feedback", 0.8, r"^(?:before|after) (?:you )?(?:commit|push|merg|releas|deploy|delet|chang|edit|install|writ)(?:e|ing|t?ting|s)?\b[^,]{0,50}, (?:always |please always |never |make sure|you (?:must|should) )", strong=True),
        Rule("ask-first", "preference", "feedback", 0.85, r"^(?:please )?(?:always )?(?:ask|check with|consult|warn|tell) (?:me )?(?:first )?before (?:you )?(?:\w+ing|\w+e?)\b(?! (?:this|that|it|the)\b) \S+", strong=True),
        Rule("in-this-repo", "preference", "feedback", 0.85, r"^(?:in|for) (?:this|our) (?:repo|repository|project|codebase|monorepo|team)[,:]? (?:we|you|i|please|always|never|do not|don'?t|use|keep|prefer)\b (?!this|that|it\b)\S+(?: \S+)+", _BAD_STATE + r"|\b(?:could|can you|need to fix|now)\b", strong=True),
        Rule("everywhere", "preference", "feedback", 0.8, r"^(?:please |we (?:should|want to|must) (?:be )?|you should (?:be )?|make sure (?:we(?:'re| are) |you(?:'re| are) |to )?|let'?s make sure (?:we(?:'re| are) )?)*(?:use|using|prefer|preferring|avoid|avoiding|keep|keeping|write|writing) (?!this|that|it\b|the (?:same|new|old))\S+(?: \S+){0,12} (?:everywhere|wherever (?:we|you|it'?s|it is|possible)|whenever possible|where possible|across (?:the|our) (?:codebase|repo|repository|project)|throughout (?:the|our) (?:codebase|repo|repository|project|docs))\b", r"\b(?:rename|replace|this|these)\b", strong=True),
        Rule("remember-to", "preference", "feedback", 0.85, r"^(?:please )?(?:remember|don'?t forget|do not forget|make sure|be sure) (?:to (?:always |never )?(?:keep|use|run|write|update|ask|check|put|include|prefer|follow|avoid)\b) (?!the\b|this\b|that\b|it\b)\S+ \S+", r"\bbefore (?:the|we)\b|\b(?:this|that|these)\b"),
        # Preferences
        Rule("prefer", "preference", "feedback", 0.9, r"^(?:i|we)(?: (?:really|strongly|generally|usually|much|always|clearly|personally))?(?:'d| would)? (?:prefer|favou?r)(?:red)? (?!this\b|that\b|it\b|option|your|the (?:first|second|other|latter|former|old|new|one)|to (?:do|see|wait|start|keep) (?:it|this|that))\S+(?: \S+)+"),
        Rule("rather", "preference", "feedback", 0.85, r"^i(?:'d| would) rather (?!not\b|do (?:it|this|that)|wait|see|you (?:do|did) (?:it|this|that))(?:you |we |have )?\S+(?: \S+)* (?:than|over|instead)\b"),
        Rule("dislike", "preference", "feedback", 0.85, r"^i (?:really |absolutely |strongly |just )?(?:do not like|don'?t like|dislike|hate|can'?t stand|do not want|don'?t want|never want)(?: to see| to have| you to)? (?:it when you |when you |you \w+ing |having to |\w+ing (?!the|this|that)|(?!it\b|this\b|that\b|the\b|how\b|your\b|to\b|a\b|an\b|my\b|these\b|those\b|any of|when\b)\w+ (?:\w+ )?(?:in|on|at|for|that|which|with|when|as|from|inside|around)\b|(?!it\b|this\b|that\b|the\b|how\b|your\b|to\b|a\b|an\b|my\b|these\b|those\b)\w+s\b[.!]*$)"),
        Rule("i-want-you-always", "preference", "feedback", 0.9, r"^i (?:always|never) want (?:you )?(?:to )?\w+|^i(?:'d| would)? (?:want|like|expect|need) you to (?:always|never)\b|^i (?:want|expect) (?:all|every) (?!of\b)\w+", r"\bmy cart\b", strong=True),
        Rule("stop", "preference", "feedback", 0.85, r"^(?:please )?(?:stop|quit|no more) (?!the\b|it\b|this\b|that\b)(?:(?!running|doing|working|trying|waiting|looking|searching|thinking|reading)\w+ing)\b(?! (?:the|this|that|it|now|here|and|them|there|for)\b)(?: \S+)+", r"\b(?:now|this|that|server|process|container)\b"),
        Rule("do-not", "preference", "feedback", 0.75, r"^(?:please )?(?:don'?t|do not|dont) (?:ever )?(?!worry|know|think|forget|bother|care|mind|need|have|want|understand|see|be\b|get\b|like|hesitate|you\b|we\b|start|stop|wait|hurry|panic|give up|look|read|implement|fix|do\b|commit\b(?! \w+s\b| without)|make (?:any )?changes|change\b(?! \w+s\b without)|delete\b(?! \w+s?\b without)|touch|edit|modify|run|proceed|continue|try|go)(?:\w+) (?:any |obvious |unnecessary |more than |about )?(?!the\b|this\b|that\b|it\b|them\b|these\b|those\b|any(?:thing|where|more)?\b|a\b|an\b|my\b|your\b|me\b|to\b|on\b|in\b|there\b|yet\b|so\b|too\b|again\b|up\b|for\b|from\b|off\b|out\b|into\b|all\b|both\b|other\b|\S*[/_(]|\S+\.\w)\w[\w-]*", r"\b(?:now|yet|line \d+|here|also|but)\b"),
        Rule("do-not-what-you-did", "preference", "feedback", 0.8, r"^(?:please )?(?:don'?t|do not|dont) (?:ever )?(?:summari[sz]e|explain|repeat|apologi[sz]e|comment|narrate|praise|recap|restate)\b(?: \S+)* (?:after|at the end|every|each|all|what you)\b", strong=True),
        Rule("do-not-without", "preference", "feedback", 0.85, r"^(?:please )?(?:don'?t|do not|dont|never) (?:ever )?\w+\b.* (?:without (?:asking|my|a|an|first|tests|checking|permission|approval|telling)|unless (?:i|we|you|asked|it|there))", r"\b(?:this|that|these) \w+\b(?! is)", strong=True),
        Rule("do-not-ever", "preference", "feedback", 0.85, r"^(?:please )?(?:don'?t|do not|dont) ever (?!mind)\w+ \S+", r"\b(?:this|that|it)\b", strong=True),
        Rule("do-not-in", "preference", "feedback", 0.8, r"^(?:please )?(?:don'?t|do not|dont) (?:mock|stub|use|add|put|write|import|call|catch|log|hard-?code|test|share|commit|leave|return)\b.* (?:in|inside|into|from|to) (?:\w+ )?(?:tests|commits?|commit messages|production|prod|code|comments|migrations|components|handlers|templates|libraries|git|the repo|logs|modules|controllers|log messages)\b"),
        Rule("avoid-use", "preference", "feedback", 0.85, rf"^(?:please )?(?:don'?t|do not|never|avoid) us(?:e|ing) (?!{_DET})[^,;]{{2,40}}[,;:–—-]+ ?(?:but |please )?use (?!{_DET})\S+"),
        Rule("avoid", "preference", "feedback", 0.8, rf"^(?:please )?(?:avoid|stay away from|steer clear of) (?:using |adding |writing )?(?!{_DET}|any (?:more|further))\S+", r"\b(?:this|that|here|now)\b"),
        Rule("we-use-not", "preference", "feedback", 0.85, rf"^(?:no\W+)?(?:here )?we (?:use|write|are on|say|work with|deploy with|build with|test with) (?!{_DET})[^,]{{2,50}},? (?:and )?not (?!{_DET}|yet|now|sure|in\b|on\b)\S+|(?:^|[-,:–—] )(?!{_DET})(?:tabs|spaces|(?:single|double) quotes|[a-z]+_case|camelCase|kebab-case|\w+ imports), not \S+"),
        Rule("you-keep", "preference", "feedback", 0.85, r"^you (?:keep|always|constantly) (?:on )?\w+\b .*[,;–—-] (?:please |and )?(?:stop|don'?t|do not|quit)\b"),
        Rule("no-x-in", "preference", "feedback", 0.8, r"^no (?!one|more|need|problem|worries|idea|way|doubt|errors?|warnings?|changes?|issues?|luck|response|difference|output|logs?|results?|matches|data|files?|tests? (?:fail|found|run)|longer|such|other|real|new|external|additional)(?:[\w-]+ ){1,3}(?:in|inside|without|outside|unless|except) (?!the (?:console|log|output|file|repo)|this|that)\S+"),
        Rule("use-for", "preference", "feedback", 0.75, rf"^(?:please )?(?:always )?use (?!{_DET})(?:\S+ ){{1,3}}for (?!{_DET}|now\b|some\b)(?:(?:all|any|every|each|new|most) )?(?:[\w-]+ ){{0,2}}(?:\w+s|everything|naming|logging|styling|testing|formatting|validation|configuration|caching)\b[.!]*$", r"\b(?:tests? below|minutes|hours|seconds)\b"),
        Rule("use-convention", "preference", "feedback", 0.8, rf"^(?:please )?(?:always )?(?:use|prefer|write|follow|stick to|adhere to) (?:our |the )?(?!{_DET}|more|better|different|other|two|three|\d)(?:[\w-]+ ){{0,3}}{_CONVENTIONS}[.!]*$", r"\b(?:new|failing|missing|unit|integration|more|some) (?:tests?|files|functions|docs|documentation|comments|components|types|endpoints|migrations|scripts|errors)[.!]*$|^(?:please )?write (?:tests?|docs|documentation|release notes|the)\b"),
        Rule("if-you", "preference", "feedback", 0.8, r"^(?:if|when|where) (?:you(?:'re| are)? (?:unsure|not sure|in doubt|stuck|uncertain|blocked|need to (?:guess|add|change)|change|touch|add|write|create|modify|introduce)|in doubt|(?:something|anything) is (?:unclear|ambiguous|missing))\b[^,]{0,70}, (?:please |just |always |then )*(?:ask|stop|tell|check|use|run|prefer|don'?t|do not|never|update|write|leave|look|keep|follow|add|regenerate|document|bump|mention)\b (?!it\b[.!]*$)\S+", r"\b(?:this|that) (?:file|function|test|one|change|button|page|component)\b", strong=True),
        Rule("only-language", "preference", "feedback", 0.8, r"^(?-i:[A-Z]\w+) only (?:in|for) \S+"),
        Rule("keep-ours-in", "preference", "feedback", 0.8, r"^(?:please )?(?:keep|put|track|document|store|log|file|collect|write) (?:our|all new|every new|any new|new) (?!one|file\b|test\b|function\b)[\w -]{3,50} (?:in|on|under|at|to|next to|inside) \S+", r"\b(?:this|that|now|here)\b"),
        Rule("instead-of", "preference", "feedback", 0.85, rf"(?:^|[,;:.–—] )(?:no[,.:!]? )?(?:please )?(?:use|prefer|take|pick|choose|write|go for|stick to|call) (?!{_DET})(?:[^\s,;]+ ){{1,5}}?(?:instead of|rather than|over|and not|in place of|not) (?!{_DET}|\w+ing\b)\S+", r"\b(?:line|column|row) \d|\bthe (?:button|file|test|variable)\b"),
        Rule("not-but", "preference", "feedback", 0.85, rf"^(?:no[,.] )?not (?!{_DET}|yet|sure|now|bad|really|that|what|quite|so|in|on|at|\w+ing\b)(?:\S+ ){{0,3}}\S+[,;:–—-]+ ?(?:but |please |we )?use (?!{_DET})\S+"),
        Rule("no-use", "preference", "feedback", 0.75, rf"^(?:no|nope|wrong)[,.:!–—-]+ (?:please |we |you should |always )?use (?!{_DET}|what|your|its?|any|only|line|both|whatever|two|three|\d|\S+\(|\S*/)[\w.+#@-]+(?: (?!of\b|from\b|in\b|on\b|and then\b|to\b)\S+){{0,3}}[.!]*$"),
        Rule("from-now-on-any", "preference", "feedback", 0.8, r"^(?!.*\b(?:will|would|gonna|going to|may|can)\b)(?:\S+ ){3,}(?:from (?:now|here) on(?:wards?)?|going forward)[.!]*$", r"\b(?:it|they|users?) (?:is|are|works?)\b", strong=True),
        # Decisions
        Rule("decision", "decision", "project", 0.85, r"\b(?:we|the team|my team|everyone|management|our (?:team|cto|architect|customer))(?:'ve| have| had)? (?:now |finally |just |all |already |also |recently |then )*(?:decided|chosen|chose|agreed|settled on|opted|voted|picked|went with|standardi[sz]ed on|committed to|ruled out|rejected)\b(?! (?:this|that(?! (?:the|we|all|every|no|our|any)\b)|it|yet|later|what|whether|which|if|how|nothing)\b) \S+(?: \S+)+", r"\bwrong\b", strong=True),
        Rule("i-decided", "decision", "project", 0.8, r"^i(?:'ve| have)? (?:now |finally )?(?:decided|chose|chosen) (?:against|that (?:we|all|the)|on|to (?:use|keep|drop|adopt|support|remove|store|build|write everything|split|move|switch|avoid))\b(?! (?:this|that|it)\b) \S+", r"\bbranch\b.*\bnow\b"),
        Rule("decision-named", "decision", "project", 0.9, r"^(?:decision|decided|final decision|architecture decision|adr)(?: is)?[:–—-] \S+(?: \S+)+", strong=True),
        Rule("switched", "decision", "project", 0.8, r"^(?:we|the team)(?:'ve| have|'re| are| will be|'ll be)? (?:now |just |recently |finally |also )?(?:switch(?:ed|ing)|migrat(?:ed|ing)|mov(?:ed|ing)|chang(?:ed|ing)) (?:over |away |everything |all \w+ )?(?:from [^\s,]+(?: [^\s,]+){0,3} to|to|off|away from) (?!the (?:next|other|left|right|top|bottom)|a new (?:file|function)|this|that|it\b)\S+|^(?:we|the team)(?:'ve| have|'re| are)? (?:now |finally )?(?:dropp(?:ed|ing)|abandon(?:ed|ing)|deprecat(?:ed|ing)|retir(?:ed|ing)|sunset(?:ting)?|replac(?:ed|ing)) (?!this|that|it\b|the (?:file|line|test|button|column|table))\S+", r"\bbranch\b|" + _BAD_STATE),
        Rule("lets-because", "decision", "project", 0.8, rf"^(?:let'?s|lets|let us|we(?:'ll| will| should|'re going to| are going to| are)?|i(?:'ll| will)|you should) (?:go(?:ing)? with|use|stick (?:with|to)|stay with|stay on|keep|adopt|choose|pick|take|standardi[sz]e on|avoid|drop|not use) (?!{_DET}|option|what|approach|both|your)\S+.*(?: because| since| as (?:it|they|we)\b| so that| due to|: (?:it|they)\b)", r"\b(?:test|branch|commit) (?:now|first)\b"),
        # Constraints
        Rule("we-must-stay", "constraint", "project", 0.9, r"(?:^|, )(?:we|you|i) (?:still )?(?:must|have to|need to|'?ve got to) (?:also |still )?(?:stay|support|remain|keep (?:supporting|compatib\w+|working|running)|comply|conform|run (?:on|in|without|offline|under)|work (?:on|with|without|offline|in)|be (?:compatible|able to run|compliant|gdpr|usable)|target|maintain (?:compat|backward|support)|avoid|guarantee|honou?r)\b", r"\b(?:this|that|these)\b"),
        Rule("we-must-not", "constraint", "project", 0.9, r"(?:^|, )(?:we|you|nobody|no one) (?:can'?t|can ?not|must ?n[o']t|must never|may not|may never|are not allowed to|aren'?t allowed to|are forbidden to|are not permitted to|must only|may only|can only|only) (?:ever )?(?:use|add|store|depend|upgrade|drop|break|rely|ship|expose|log|send|share|require|assume|introduce|bump|publish|release|deploy|allow|import|call|save|keep|collect|host|download|install|access|write to|read from|hard-?code|support)\b(?! (?:this|that|it|these|the (?:old|new|same)|any of)\b)", r"\b(?:until|yet|because of (?:the|this) (?:error|bug))\b"),
        Rule("must-stay", "constraint", "project", 0.9, rf"^(?:the|our|this) (?:[\w-]+ ){{0,3}}?{_PROJECT}s? (?:must|has to|have to|needs? to|should|shall|can'?t|cannot|must ?n[o']t|may not) (?:also |still |always |only |never |not |be able to )*(?:support|run|work|stay|remain|keep (?:working|running|compat)|be (?:(?:backwards?[- ]?)?compatible|usable|runnable|installable|reproducible|able to (?:run|work)|under|smaller|below|deterministic|accessible)|compile|build|start (?:in|within|up)|fit|comply|target|install|depend on|need|require|exceed|use more|connect|phone home|make network|contain|ship)\b", r"\b(?:correctly|properly|when (?:the user|you|clicking|pressing)|now)\b"),
        Rule("all-must", "constraint", "project", 0.9, r"^(?:all|every|each|any|no|only|nothing|nobody|everything)(?: (?!the\b|of\b|these\b|those\b|my\b|other\b)[\w'-]+){0,7}? (?:must|has to|have to|needs? to|needs?(?= an? | at | to )|may(?= (?:not|only|import|depend|call|use|write|contain|be))|can(?= only)|should|shall) (?!pass\b|be (?:green|fixed|updated|removed|renamed|deleted|converted|changed|added|replaced|moved|reviewed (?:now|first))\b|now\b)\S+", r"\b(?:this|that|these) (?:pr|file|commit|change|task|page|button|form)\b|\bbut\b|\b(?:row|button|screen|modal|dialog|icon|menu|card|checkbox|dropdown|form|widget|tooltip|header|footer|sidebar|banner|admin|user)s?\b"),
        Rule("must-never", "constraint", "project", 0.9, r"^(?!the\b|this\b|that\b|it\b|these\b|those\b|i\b|we\b|you\b|he\b|she\b|they\b|there\b|when|if\b|after|before|whenever|add|write|make|please|refactor|fix|ensure|check|also)(?:[\w'/-]+ ){1,5}(?:must|should|may|shall|has to|have to|needs? to)(?: never| always| not ever| only ever| only)\b \S+", r"\bbut\b|\bthere\b|^like\b"),
        Rule("not-allowed", "constraint", "project", 0.9, r"^(?!this|that|it\b|these|those|if\b|the (?:user|button|value|field))(?:[\w'/+#.-]+ ){1,7}(?:is|are) (?:not allowed|forbidden|prohibited|banned|off[- ]limits|mandatory|not permitted|disallowed|required (?:for (?:all|every)|by (?:law|legal|policy|compliance|contract)))\b"),
        Rule("no-new", "constraint", "project", 0.85, r"^no (?:new|external|additional|third[- ]party|runtime|native|more|global|other|paid|proprietary) [\w -]{3,60}[.!]*$", r"\bno more (?:errors|problems|issues|warnings|questions|time|bugs|output)\b|\b(?:found|left|needed|changes|commits|files)\b"),
        Rule("only-support", "constraint", "project", 0.9, r"^(?:we|the \w+|our \w+) (?:only|no longer|do not|don'?t) support \S+|\b(?:minimum|lowest|oldest) (?:supported )?(?:version|node|python|\w+ version)\b(?: \S+){0,4} (?:is|are) \S*\d", r"\b(?:this|that|yet)\b"),
        Rule("authority", "constraint", "project", 0.9, r"^(?:legal|security|compliance|the (?:customer|client|contract|law|gdpr|regulator|auditors?)|gdpr|our (?:customers?|contract|legal team|security team)) (?:requires?|demands?|forbids?|insists? (?:on|that)|prohibits?|does not allow|doesn'?t allow|wants? us to|need us to)\b"),
        Rule("convention", "preference", "feedback", 0.8, rf"^(?:all |our |any )?(?:[\w-]+ ){{0,1}}{_CONVENTIONS} (?:should(?: always| never| not| only)?|must(?: always| never| not| only)?|need to|have to|go(?:es)?|belongs?|lives?|stays?|starts?|ends?|follow|shall|are (?:always |only )?(?:run with|written|named|kept|in|lower-?case|upper-?case|sorted|prefixed|formatted))\b (?!pass|fail|work|match|compile|exist|show|return|display|appear|be (?:green|fixed|updated|removed|renamed|moved|added|deleted|shown|visible|displayed|hidden|able)|cover|not (?:fail|be (?:shown|visible))|through|away|wrong|down|up\b|again|to (?:the|production) (?:server|left|right))\S+", r"\b(?:this|that|these|those|now|again|but|new one|the (?:new|old|added|changed|user|button|page))\b"),
        # Where things are kept
        Rule("tracked-in", "project", "reference", 0.9, rf"^(?:the |our |all |most |some |any |every )?(?:[\w/'-]+ ){{0,4}}?{_RESOURCE}(?: (?!are\b|is\b|live)[\w-]+){{0,3}} (?:is|are|lives?|sits?|goes|go|belongs?|gets?|can be|end up|land)(?: (?:tracked|documented|kept|stored|filed|reported|described|specified|published|collected|found|hosted|maintained|written up|managed|all|always|only|discussed|posted|available))*(?: (?:in|at|on|under|via|through|to|into|inside|over at))* [\"'“]?{_TARGET}", _BAD_STATE.replace("errors?|", "").replace("bugs?(?! (?:are|live|go|reports? (?:are|go)))|", "")),
        Rule("resource-which", "project", "reference", 0.85, rf"^(?:the|our) (?:[\w/'-]+ ){{0,3}}?{_RESOURCE} (?:at|in|on|under) [\"'“]?{_TARGET} (?:is|has|shows|contains|holds|lists|explains|describes|tells|documents|covers)\b", r"\b(?:wrong|broken|down|outdated|404|fails?)\b"),
        Rule("resource-at", "project", "reference", 0.9, rf"^(?:the |our )?(?:[\w/'-]+ ){{0,4}}?{_RESOURCE}(?: \w+){{0,2}} (?:is|are|lives?|sits?) (?:(?:in|at|on|under) )?[\"'“]?{_TARGET}", r"\b(?:wrong|broken|down|outdated|returns?|404|fails?)\b"),
        Rule("you-find", "project", "reference", 0.85, rf"^(?:you (?:can |will |'ll )?find|find|we (?:track|keep|document|file|report|manage|publish|store|write|collect|plan|host|discuss)) (?:the |our |all |most )?(?:[\w/'-]+ ){{0,4}}?{_RESOURCE}\b.* (?:in|at|on|under|via) [\"'“]?{_TARGET}", r"\bfix\b"),
        Rule("look-there", "project", "reference", 0.85, rf"^(?:check|see|look (?:at|in)|consult|use|watch|read) .*{_TARGET}.* (?:if|when|whenever) (?:you|we|someone|something|editing|changing|working)\b", r"\bthis\b", strong=True),
        # Facts about the project
        Rule("schedule", "project", "project", 0.9, r"\b(?:(?:merge|code|feature|release|change|deploy) freeze|the (?:freeze|deadline|launch|release|cut-?over|migration|go-?live|code freeze|offsite|audit|beta)|v?\d+\.\d+) (?:starts?|begins?|ends?|is (?:on|planned|scheduled|set|due|in|until|in force|moved to)|goes (?:live|out)|ships|lasts|will (?:be on|start|begin|end|happen|ship))\b", _BAD_STATE),
        Rule("planned", "project", "project", 0.85, rf"^(?:we|the (?:\w+ )?team|they|management|marketing|sales|\w+ team)(?:'re| are| is|'ll| will| plan to| want to| intend to)(?: be| not)* (?:freez|releas|launch|cut|sunset|shut|deprecat|migrat|mov|hir|ship|switch|announc|start|stop|end|remov|replac|drop|renam|open|clos|audit|demo|present|go(?:ing)? live)\w*\b.* (?:after|until|by|on|from|in|before|starting|since)? ?{_DATE}\b", _BAD_STATE + r"|\b(?:now|right away|the button|the file)\b"),
        Rule("reason", "project", "project", 0.85, r"^the (?:main |real |only )?reason (?:why |that )?(?:we|our|the team|for (?:the|our|this) (?:rewrite|migration|move|switch|change|split|rule|freeze|decision))\b.* (?:is|was)\b \S+", _BAD_STATE),
        Rule("owner", "project", "project", 0.9, r"^(?-i:[A-Z][a-z]+(?: [A-Z][a-z]+)?|[Tt]he [\w-]+(?: [\w-]+)? team|[Oo]ur [\w-]+ team|[\w-]+ team) (?:owns|maintains|is responsible for|is in charge of|takes care of|leads|manages|is the (?:\w+ )?(?:owner|lead|maintainer|contact|reviewer)|reviews all|approves all|signs off) \S+", r"^(?:this|that|it|there|git|docker|react|typescript|python|node|redux|postgres)\b"),
        Rule("we-are-on", "project", "project", 0.85, r"^we(?:'re| are) (?:still |currently |all )?on (?-i:[A-Z][\w.]*) v?\d[\d.]*\b|^we(?:'re| are) an? (?:[\w-]+ ){0,3}(?:team|company|startup|shop|agency|non-?profit|bank|university|lab)\b|^we have (?:only |about |around )?(?:\w+ ){0,2}(?:environments|customers|developers|engineers|teams|clients|tenants|regions|users in)\b", r"\b(?:problem|issue|complain|wrong)\w*\b"),
        Rule("called", "project", "project", 0.9, r"^(?:our|the) (?!function|variable|class|method|file|button|user|test|component|module\b)(?:[\w-]+ ){1,4}(?:is|are) (?:called|named|known as) \S+", _BAD_STATE),
        Rule("owned", "project", "project", 0.9, r"^(?!this|that|it\b|there|i\b|we\b|when|if\b)(?:[\w'/-]+ ){1,7}(?:is|are|will be|was) (?:owned|maintained|driven|operated|funded|sponsored|deprecated|licen[sc]ed|hosted|deployed|written in|built with|built on|rebuilt|managed|run by|governed|mirrored|shared with|frozen|synced|generated|removed in|replaced by|released|published|backed up)\b(?! (?:again|wrong|twice|as expected))(?: \S+)+", _BAD_STATE + r"|\b(?:correctly|now|so\b|i think|new file)\b|\b(?:this|that|it) (?:will|is|was)\b"),
        Rule("environment", "project", "project", 0.9, rf"^(?:(?:the|our) (?:[\w-]+ ){{0,2}}?{_ENVIRONMENT}|production|staging|prod|ci|trunk|prod and staging)(?: [\w-]+){{0,3}}? (?:(?:runs?|lives?|sits?|listens?|deploys?|points?|goes|is reachable|is available|is served|is exposed) (?:on|in|at|under|from|to|behind|through|every|via|as)|uses? (?!the (?:wrong|old)|this|that|it\b|too)|is (?:on|at|behind|in) (?:port |https?:|a\b|an\b|[A-Z]|the cloud|[\w-]+\.)|is (?:port )?\d{{2,5}}\b)", _BAD_STATE + r"|\b(?:now|currently|this|that)\b"),
        Rule("environment-is", "project", "project", 0.85, r"^(?:the |our )(?:[\w-]+ ){0,2}?(?:staging|production|prod|dev|test|ci|database|db|branch|default|main|cluster|registry|license|licence|bucket|region|time ?zone|framework|language|package manager|build tool|test runner|domain|host|server|port|version)(?: [\w-]+){0,3}? (?:is|are|uses) (?-i:[A-Z][\w.+-]+|[a-z]+[\d.-]+\w*|\d[\d.]+|[\w-]+(?:\.[\w-]+)+|[a-z-]+[.!]*$)", _BAD_STATE + r"|\b(?:ready|done|green|red|empty|fine|full|up|running|working|good|ok|okay|correct|old|new|outdated|unused|needed|required|different|confusing|ugly|big|huge|nice|not|now|there|gone|back|clear|optional|valid|invalid|fixed|on|off|failing|online|offline|live|unclear|clean|dirty|behind|ahead)[.!]*$|\bthis\b"),
        Rule("our-is", "project", "project", 0.85, r"^our (?:[\w-]+ ){1,4}?(?:is|are|runs?|lives?|uses?|listens?|has|have|goes|go|comes?|consists? of|follows?|supports?|speaks?|expects?|depends? on|serves?|targets?) (?!now\b|not\b|still\b|\w+ing\b|so\b|very\b|too\b|a mess|to\b|the (?:problem|issue|next))\S+(?: \S+)*", _BAD_STATE + r"|\b(?:this|that|it) (?:is|has|does|needs)\b|\b(?:now|currently)\b|\b(?:goal|task|plan|next step|job|idea|aim|problem) (?:is|here)\b"),
        Rule("we-use", "project", "project", 0.85, r"^(?:here |in this (?:repo|project|codebase) |currently )?we (?:currently |mostly |only |still |also |all |exclusively |primarily |mainly |usually )?(?:use|run|deploy|ship|release|host|publish|maintain|support|follow|target|write|tag|generate|serve|build|store|keep|name|version|package|pin|vendor|sign|test|format|lint|manage) (?!this|that|it\b|them|these|the (?:same|wrong|old|new|first|second)|into|out\b|up\b|too\b|a lot|in line|on\b)\S+(?: \S+)*", _BAD_STATE + r"|\b(?:this|that|here|now|it)\b(?! (?:repo|project|codebase))"),
        Rule("no-longer", "project", "project", 0.85, r"^(?:we|the team|the (?:\w+ ){0,2}(?:service|server|importer|api|module|package|plugin)) (?:no longer|don'?t|do not|does not|doesn'?t) (?:use|maintain|ship|release|exists?|deploy|run|publish|build)(?:s|d)? (?!this|that|it\b)\S+", r"\b(?:necessarily|really|yet|now|this|that|correctly|properly)\b|\bfor that\b"),
        Rule("noted", "project", "project", 0.8, r"^(?:please )?(?:note(?: that)?|keep in mind(?: that)?|remember(?: that)?|be aware(?: that)?|background|context|for your information|important to know|you should know(?: that)?)[:,]? (?!to\b|for\b|in\b|with\b|this\b|that\b|it\b|i\b|there\b|how|what|when|you\b|if\b|these|those|me\b)(?:[\w'/-]+ ){1,8}(?:is|are|will|was|lives?|runs?|uses?|belongs?|must|has|have|comes?|needs?|goes|go|stands?)\b \S+", _BAD_STATE + r"|\b(?:now|currently|so far)\b"),
        # What was done well
        Rule("right-call", "pattern", "feedback", 0.8, r"\b(?:was|is) (?:exactly |absolutely |definitely )?the right (?:call|choice|decision|approach|way|move|thing to do)\b", r"^(?:that|this|it)(?:'s| is| was)\b|\bnot the right\b|\bwhether\b"),
        Rule("how-we", "pattern", "feedback", 0.75, r"\b(?:that(?:'s| is)|this is|that'?s exactly|is) (?:exactly |precisely |just )?(?:how|the way|what) (?:we|i) (?:do|want|like|handle|write|build|name|structure|organi[sz]e|prefer|work|test|need)\b(?! (?:it|this|that)?[.!]*$)(?! (?:here|now|to (?:do|see|fix))\b[.!]*$)|^(?:the |a )(?:[\w-]+ ){1,5}is (?:exactly )?(?:what|how) i (?:want|like|had in mind)\b", r"\bnot (?:how|what|the way)\b|\bi want to\b"),
        Rule("like-how", "pattern", "feedback", 0.75, r"^i (?:really |very much )?(?:like|love|liked|loved|appreciate) (?:how|that|the way|it when|when) you \S+(?: \S+)+", r"\bbut\b"),
        Rule("keep-doing", "pattern", "feedback", 0.7, r"(?:^|[,;.!–—] (?:and |so |please )?|\band )(?:please )?(?:keep|continue) (?:on )?(?!going|working|looking|trying|it\b|the\b|this\b|that\b|in mind|searching|waiting|running|debugging|fixing|implementing|investigating|digging|adding|where)(?:doing (?:it |that |this )?(?:like|with|the way)|(?!doing)\w+ing \S+(?: \S+)* (?:like (?:this|that|these|those)|(?:this|that) way|the way you)|doing that)", r"\b(?:the (?:next|rest|other|remaining)|now|until)\b"),
    ),
)  # fmt: skip
