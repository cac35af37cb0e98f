"""A table of words developers use for one another, so that a question need not guess the file's own word.

Written from general knowledge of the field, not from any data set. In each entry the first word and each of the others
may stand for one another; the others may not, as what is like the same is not alike (`flush clear write`). A word may
stand in several entries. `turn_off` is two adjacent words of a query, stop words included. Matching is by stem.
"""

from __future__ import annotations

from functools import cache

from .stem import stem_all

MEANINGS = """
delete remove erase drop rm discard purge wipe clear get_rid throw_away take_out strip prune unlink
create add make new generate produce introduce insert
change edit modify update alter adjust amend tweak revise touch | rename move mv relabel
copy duplicate clone replicate cp mirror | build compile bundle package make assemble
bundle package installer setup packaging | start launch boot run begin startup spawn kick_off spin_up bring_up fire_up
restart reboot relaunch reload bounce | stop halt kill terminate end quit exit abort shutdown shut_down tear_down
close shut dismiss exit quit | open launch display show | show display render appear visible print present view
hide hidden invisible conceal collapse suppress | see view look watch inspect visible
find search locate lookup discover look_up query grep | fetch retrieve download pull load obtain get
send post submit push transmit upload deliver dispatch publish | receive accept incoming inbound
save store persist write keep record | read load parse open | fail error break crash broken failure fault bug blow_up
crash die abort segfault panic exception | bug defect issue problem fault regression | issue ticket problem task
error exception failure fault traceback | warning warn alert caution notice
fix repair solve resolve patch correct heal remedy | workaround hack bypass circumvent work_around
avoid prevent prohibit forbid never
forbid ban prohibit disallow never banned forbidden not_allowed off_limits must_not
allow permit enable authorise authorize permitted allowed
approve approval confirm consent permission accept sign_off | reject decline refuse deny rejected declined turn_down
decide decision choose pick settle conclude chose | choose select pick prefer option choice choosing
consider evaluate explore weigh assess | reason why rationale motivation justification because
enable activate turn_on switch_on toggle | disable deactivate turn_off switch_off toggle mute
toggle switch checkbox option setting | config configuration settings preferences options setup configure
default fallback preset standard initial | fallback backup default alternative fall_back
flag option switch argument parameter | argument parameter arg param input | variable var env parameter setting
environment env stage tier | production prod live deployed
deploy release ship rollout publish launch roll_out go_live | release version publish ship tag
version release number revision tag bump | upgrade update bump migrate newer | downgrade rollback revert older
undo revert rollback restore roll_back reverse back_out | restore recover recovery bring_back resurrect
backup snapshot copy archive back_up | archive backup history old retired | history log changelog past previous
log logging trace record journal output | trace debug log diagnose | debug troubleshoot diagnose investigate inspect
investigate research analysis explore look_into | monitor watch observe track monitoring telemetry
metric measure statistic number stats count | measure benchmark metric timing profile
performance speed latency throughput fast slow | slow sluggish lag delay latency performance takes_long
fast quick rapid speed performance | speed_up optimise optimize optimization faster improve
improve enhance better optimize refine polish | delay wait sleep pause timeout postpone
timeout expire deadline hang time_out | hang freeze stuck block deadlock unresponsive lock
wait block pause hold sleep | lock mutex guard concurrency exclusive
concurrency parallel simultaneous concurrent race same_time at_once | thread process worker task
process program executable daemon service | daemon service background server | background async daemon detached
queue backlog pipeline buffer | job task work cron
schedule cron timer calendar weekly daily rhythm cadence timetable
weekly week monday tuesday wednesday thursday friday saturday sunday weekday cadence | daily day everyday
deadline due date cutoff | today now current | current present latest now | latest newest recent last current
old legacy outdated stale previous former deprecated | stale outdated obsolete expired old
deprecated obsolete legacy retired removed | repo repository codebase project | project repo workspace app
branch main master trunk feature | commit checkin push changeset | merge combine integrate join unify consolidate
conflict clash collision collide contradict overlap | pr pull_request merge_request review patch
review audit inspect check feedback | diff difference delta change compare | compare comparison versus diff contrast
difference distinction differ vs | git vcs version_control source_control
secret password credential token key apikey | leak leaked expose exposed disclose
credential login password auth secret | login signin authentication auth log_in sign_in logon
logout signout log_out sign_out | auth authentication authorization login oauth
permission access right privilege role | access permission reach | user customer person people client end-user
customer client user buyer | client frontend browser consumer | admin administrator root superuser
team colleague coworker group people | boss manager lead | owner maintainer responsible responsibility who_owns
author writer creator | developer engineer programmer dev | expert experienced senior
beginner newcomer newbie novice onboarding | frontend ui client interface | ui interface gui screen view
screen display monitor window | window dialog popup pane screen | dialog popup modal prompt window box
popup dialog modal toast notification alert | notification notify alert toast popup banner message
banner notification toast header | button click press control | click press tap mouse | mouse cursor pointer click
keyboard key typing keypress shortcut hotkey | shortcut hotkey keybinding | menu dropdown list navigation sidebar
sidebar panel menu navigation drawer | label name title caption text | name title label naming called call
title heading header headline name | icon logo image symbol badge | badge label tag icon | color colour theme palette
theme style dark appearance skin | style css format look appearance | layout arrangement design structure
design architecture structure plan | architecture design structure overview | font typeface typography
picture image photo screenshot figure graphic | screenshot image capture picture | camera webcam video
video movie clip film recording | sound audio music voice noise | microphone mic audio recording
record capture recording | speaker audio sound | page site webpage document | website site web page webpage
article post blog essay write-up | draft unpublished wip preview | preview local draft | publish release post public
link url reference href | url address link endpoint uri | endpoint api route url | route path url routing
path directory folder location file | folder directory dir path | file document path | document doc file documentation
documentation docs manual guide readme | guide tutorial howto instructions documentation
note memo memory remark comment | memory note recollection | memory ram oom vram heap
gpu cuda vram graphics_card video_card graphics | cpu processor core | disk drive storage ssd space
storage disk bucket s3 | space room disk capacity | run_out exhaust oom exceed limit
limit cap maximum quota bound max ceiling threshold | maximum max limit upper | minimum min lower at_least
threshold limit cutoff | quota limit allowance budget | budget cost money spend
cost price expense money spend billing | price cost pricing fee | pay payment billing invoice purchase
money cost salary pay budget | salary compensation pay wage | size length large big | big large huge enormous
huge enormous large massive giant unbounded | small tiny little short | long lengthy verbose
verbose wordy lengthy chatty | brief concise short terse summary | summary overview recap digest summarize abstract
overview summary map index | count number total amount | number count amount numeric | amount quantity number count
empty blank null none missing nothing | missing absent lacking lost not_found gone
lost missing vanish disappear gone | vanish disappear lost gone disappears | null none nil undefined
duplicate repeated redundant twice dedupe | twice double duplicate two | repeat again loop recurring retry
retry again reattempt backoff repeat try_again | loop iterate cycle repeat | cycle circular loop
recursive nested recursion | nested inner child | child subprocess nested descendant | parent ancestor upper
subprocess child process spawn | shell terminal bash console powershell command_line
terminal console shell tty command_line | console terminal window | cli command_line command terminal
command cli instruction | script program automation | automation automate script bot automatic
automatic auto automatically unattended | manual hand manually by_hand | bot agent automation
agent bot assistant worker | assistant copilot agent helper chatbot ai | helper utility assistant util
llm model language_model ai gpt | prompt instruction request message | chat conversation dialogue message
conversation chat session dialogue | session conversation chat run | context window prompt background
message text mail notification | mail email message inbox | email mail inbox smtp | reply answer respond response
response reply answer result output | result outcome output | output result stdout print | input stdin entry
ask request question query prompt | request ask call query | test spec check verify unittest | test_suite tests suite
verify validate check confirm ensure test trust | validate verify check validation
check verify validate inspect test | trust reliable verify confidence believe | assert assertion check expect
fixture sample testdata mock | sample example demo fixture | example sample demo illustration
demo example showcase sample | fake mock dummy stub placeholder | placeholder dummy stub template
template boilerplate scaffold skeleton pattern | coverage untested tested
flaky intermittent unstable nondeterministic sporadic | intermittent flaky sporadic sometimes
sometimes occasionally intermittent | deterministic reproducible stable | reproduce repro replicate
ci pipeline workflow continuous_integration github_actions actions | workflow process pipeline procedure
procedure process steps routine | step stage phase | phase stage milestone | milestone goal phase
goal objective target aim purpose | purpose goal aim why | plan roadmap strategy proposal | roadmap plan future
future later upcoming planned next | later defer postpone future | pending todo outstanding open unfinished
todo task pending backlog | done finished complete completed | finish complete done end | complete finish done full
status state progress | progress status advance | local laptop localhost machine own_machine | remote server ci cloud
server backend host | backend server api | host server machine | machine computer laptop host box
cloud aws azure gcp hosted | container docker image compose | kubernetes k8s cluster | cluster node nodes
node vertex | graph network diagram | network internet connection | internet online network web
offline disconnected no_network | connection connect link socket | connect attach link join hook
hook callback trigger plugin | trigger fire cause activate | plugin extension addon module
module package library component | library package dependency module
dependency dependencies requirement package library | install setup installation | uninstall remove
python interpreter py | interpreter python runtime | runtime interpreter engine | engine runtime core
javascript js node | typescript ts | java jvm | golang go | windows microsoft win32 | mac macos osx apple
linux unix ubuntu | phone mobile android ios smartphone | mobile phone responsive | browser chrome firefox web
chrome browser google | database db sql table | table database schema | schema structure migration table
migration schema upgrade migrate | query sql select | index indexing catalog | catalog catalogue registry list
list listing enumerate | enumerate list count | sort order ordering rank | order sequence ordering sort
rank ranking order score | score rating points rank | priority importance urgent | urgent priority asap critical
important critical key major | cache cached caching | embedding vector embeddings | search find retrieval
retrieval search rag recall | scan scanning analyze | analyze analysis analyse examine
vulnerability security exploit | security secure vulnerability safe safety | safe safety secure guard
guard protect protection safeguard gate | protect guard secure | gate check guard barrier | barrier gate block
encrypt encryption cipher crypto | certificate cert tls ssl | sign signature signing | hash checksum digest
id identifier identity key | unique distinct | type kind category class | category group type section
group cluster category set | section part chapter | part piece component section | component part module widget
split divide separate break_up | separate split distinct isolate | isolate separate sandbox
sandbox isolated container | convert transform translate | transform convert map
translate translation language locale i18n | format layout syntax | syntax grammar format
indent indentation whitespace tabs | lint linter style ruff eslint | quote quotation apostrophe | escape quote quoting
text string wording | wording phrase text phrasing | word term vocabulary | spelling spell typo
typo misspelling spelling | wrong incorrect mistake bad invalid | mistake error wrong
invalid incorrect malformed bad | correct right accurate valid | exact precise accurate | strict rigid enforce
enforce require mandatory strict | require need must mandatory | mandatory required must | optional not_required
rule policy convention guideline | convention standard rule naming guideline | guideline rule convention advice
preference prefer like wish | prefer preference favor favour | want wish prefer | dislike hate annoying
annoying irritating noise | noise spam clutter | clean cleanup tidy clean_up | refactor restructure rewrite reorganize
rewrite refactor redo | redo repeat rewrite | simple simplify easy minimal
complex complicated complexity overengineered | overkill overengineer overbuild | extra additional more
only just sole | each per every | whole entire full | partial incomplete part | incomplete unfinished partial
ignore skip exclude omit | skip ignore omit bypass | exclude ignore omit except | include contain import
import include load | export output dump | contain include hold | hold keep contain | keep retain preserve hold
overwrite replace clobber override | override overwrite precedence wins | replace substitute swap overwrite
substitute replace substitution interpolation | substitution interpolation expansion
precedence priority order override wins | win beat prevail precedence | swap exchange switch | switch change toggle
handle manage deal | manage handle control | cause reason source root_cause | origin source provenance | root top base
base root foundation | top first head | first initial | last final previous | next upcoming following
continue resume proceed carry_on go_on | resume cv | interview hiring candidate | job position role career employment
apply application submit | application app program | company employer business organization | hire recruit hiring
recruiter recruiting headhunter | contact reach_out outreach | meeting call appointment | invoke call execute
execute run exec invoke execution | run execute running | unit piece | tool utility | use usage employ utilize
method function approach | function method routine | approach method strategy way | strategy approach plan
alternative option choice substitute | idea proposal suggestion | suggest propose recommend | recommend suggest advise
advice recommendation tip | learn lesson | lesson learned takeaway postmortem | postmortem incident outage
incident outage accident | outage downtime incident down | remember recall memory | forget forgotten lose
reconcile sync align consistent | sync synchronize synchronise | consistent consistency uniform
drift diverge mismatch inconsistent | mismatch inconsistent differ drift | outdated drift stale
track follow tracking | follow obey adhere | explain describe explanation | describe description explain
describe detail | detail details specifics | example case | case scenario situation | real actual genuine
trick gotcha pitfall trap | gotcha pitfall trap caveat surprise | caveat limitation gotcha
limitation limit constraint restriction | restrict limit constrain | hardware device board | device hardware gadget
board microcontroller hardware | flash burn upload firmware | serial uart port com | port socket serial
usb serial device | sensor probe | signal pulse | game unity unreal | pdf document | spreadsheet excel csv
slide presentation powerpoint | chart plot graph diagram figure | diagram chart figure drawing
draw drawing paint canvas | canvas drawing board | quantum qubit circuit | circuit gate | math formula equation
statistics probability | random shuffle seed | simulation simulate model | trial experiment attempt | attempt try
train training | data dataset information | dataset data corpus | information info data | json yaml
field attribute property column | value setting | key name | footer bottom | comment remark annotation
feedback comment review | opinion view preference | tone voice style | audience reader | talk speech discuss
discuss discussion talk | tutorial walkthrough lesson | picker chooser selector | stream streaming live | live running
idle inactive unused | unused dead orphan | orphan dangling | dead broken unused | dependency vendor
vendor third_party supplier | license licence | legal law compliance | privacy personal private gdpr
private personal confidential | public open | common shared usual | usual normal typical | normal regular usual
special custom | custom own bespoke | weird strange odd unexpected | unexpected surprising | expected should
hope expect | time clock date | date day time | hour time | year date
competition competitor rival alternative landscape | market positioning | position positioning
sport cricket football | separate separation split | family household | hobby interest | home house | travel trip
education university degree school | teacher professor instructor | student learner | title role
profile bio background | background experience | skill ability competence | ability capability skill
capability feature ability | feature capability functionality | help support assist | heavy weight large
weight size amount | two 2 | three 3 | four 4 | five 5 | six 6 | seven 7 | eight 8 | nine 9 | ten 10 | eleven 11
twelve 12 | fifteen 15 | twenty 20 | thirty 30 | forty 40 | fifty 50 | sixty 60 | seventy 70 | eighty 80 | ninety 90
hundred 100 | thousand 1000 k | half 50 partial | dozen 12 | january jan | february feb | august aug
september sep sept | october oct | november nov | december dec | how_often frequency interval schedule cadence every
how_long duration timeout length retention period | how_many count limit number maximum total
how_much cost amount limit budget | how_fast speed latency performance | how_big size limit maximum
in_charge owner responsible lead | come_from source origin derived generated
comes_from source origin derived generated | came_from source origin derived generated
go_wrong fail failure error problem incident | goes_wrong fail failure error problem incident
went_wrong fail failure error problem incident postmortem | make_sure ensure verify check
keep_track track log record | no_longer removed deprecated stopped gone | not_work broken fail
stopped_working broken regression fail | by_itself automatic automatically auto | by_default default
up_front upfront early advance | up_to limit maximum | at_most maximum limit
look_like format appearance style | looks_like format appearance style | write_down document note record save
hand_over handoff transfer | hand_off handoff transfer | pick_up resume continue | left_off resume handoff
left_over remaining orphan stale | carry_over migrate keep | take_care handle responsible
figure_out investigate determine diagnose | find_out discover determine | point_to reference link
depend_on dependency require | rely_on depend trust dependency | refer_to reference link mean | belong_to owner part
deal_with handle | work_with integrate compatible support | works_with integrate compatible support
stick_to follow convention rule | get_back restore return | give_up abort timeout stop | give_back return release
lock_out deny blocked | plug_in plugin connect | wire_up connect integrate | hook_up connect integrate integration
hooking_up connect integrate integration | build_up accumulate grow | fill_in complete form | fill_up full disk
too_long length limit timeout verbose | too_big size limit large | too_slow performance latency timeout
too_many limit maximum | too_much limit excess | compare parallel | another second alternative other
rate_limit throttle throttling quota | throttle limit quota | idempotent retry duplicate twice
charge bill payment debit | invoice bill receipt | refund return reimburse | discount coupon voucher promotion rebate
cart basket checkout | order purchase buy | shop store storefront | stock inventory supply | inventory stock warehouse
warehouse depot storage inventory | shipping delivery shipment parcel | supplier vendor manufacturer
merchant seller vendor | subscription plan membership | account user profile
dashboard grafana panel monitoring chart | tracker jira linear issue board ticket | board kanban tracker
channel slack room | on_call oncall pager duty | pager oncall alert | meeting standup sync call
standup daily meeting | weekend saturday sunday friday | night nightly evening late | morning early
holiday vacation leave | hours time schedule | working_hours availability schedule timezone | language locale tongue
speak language talk | nationality country | city location office town | office workplace desk
remote home distributed | money budget finance cash | free gratis costless | cheap inexpensive cost
expensive costly slow | paid payment commercial | name_of called | called named name | alias nickname shortcut synonym
abbreviation acronym short | prefix beginning start | suffix ending extension | upper uppercase capital
uppercase capital caps | lowercase lower | casing case capitalisation capitalization | plural singular
hyphen dash kebab | underscore snake | space blank whitespace | newline line linebreak | tab indentation
comma separator delimiter | separator delimiter divider | semicolon delimiter | quote citation
bracket brace parenthesis | encoding charset utf unicode | binary executable compiled | compile build transpile
minify compress bundle | compress zip gzip archive | extract unpack unzip | decode parse unpack
serialize encode marshal json | round rounding truncate | truncate cut clip shorten | cut clip trim truncate
trim strip cut | shorten abbreviate trim cut | pad fill | align alignment sync | scroll swipe | drag move
hover tooltip | tooltip hint help | hint tip suggestion | focus attention | attention notice alert
flicker blink flash flaky | jump leap | jitter unstable | smooth fluent | blurry sharp | bright brightness
dark night black | white light | volume loudness gain level | loud volume | silent quiet mute swallowed
quiet silent calm | swallow suppress silent hide | beep sound alarm | alarm alert | play playback start
playback play video | pause stop hold | record capture save | photo picture image camera | resolution size pixels
pixel resolution px | zoom scale enlarge | scale grow resize | resize scale size | grow increase expand
increase raise grow bump | raise increase throw | throw raise exception | reduce decrease shrink lower minimize
shrink reduce compress compact | compact compress dense short | expand extend grow | extend expand lengthen
distribute spread share | gather collect aggregate | collect gather accumulate | aggregate sum total
average mean median | calculate compute evaluate | estimate guess approximate | guess estimate assume heuristics
assume assumption presume | assumption hypothesis belief | hypothesis theory assumption | prove proof confirm
confirm prove verify | evidence proof | doubt uncertain | certain sure confident | confidence certainty trust
risk danger hazard | danger risk unsafe | dangerous unsafe risky destructive
destructive dangerous irreversible delete | caution careful warning | accident incident mistake
accidentally mistake unintended | intend purpose deliberate | deliberate intentional design | allowed permitted may
must required always | always every mandatory | rarely seldom | frequent often common | frequency rate interval
interval period frequency | period duration interval | duration period length time | rate speed frequency
immediately instant now | instant immediate | before prior earlier | earlier previous before | afterwards after later
finally end last | originally initially first | temporary temp tmp scratch | permanent persistent forever
forever permanent unlimited | unlimited unbounded infinite | infinite endless unlimited | bounded limited cap
exceed over limit | overflow exceed | overload stress load | load traffic stress | traffic load requests
peak maximum | spike burst peak | crash_loop restart | zombie orphan process | signal sigterm interrupt
interrupt cancel signal | cancel abort interrupt | abandon drop discontinue | discontinue drop deprecated
postpone defer delay later | agenda plan schedule | checklist list steps | steps procedure checklist instructions
recipe procedure steps | instruction rule guideline prompt | guide instruction | runbook playbook procedure
onboarding setup introduction | introduction overview start | background context history | summary tldr
conclusion result ending | intro introduction opening | opening intro beginning | beginning start intro
paragraph section text | sentence phrase line | row line record | cell box | grid table matrix | sheet spreadsheet
hierarchy tree structure | level layer depth | layer level tier | width size | height size
boundary border edge limit | border edge frame | frame window border | corner edge | middle center | side edge
inside within internal | internal inside private | external outside third_party | foreign external
builtin native included | embedded builtin | wrapper adapter shim | adapter wrapper connector
connector adapter integration | integration connector plugin | integrate connect combine
bridge adapter connector gateway | gateway proxy bridge | router route gateway | broker queue | kafka queue stream
topic subject theme | subject topic matter | tag label keyword | keyword tag term | category tag type
taxonomy category | glossary terms vocabulary | meaning definition semantics | mean signify | represent stand
distinguish separate differ | same identical equal | similar alike like | reverse opposite invert undo | agree accept
disagree reject | promise commitment | pledge promise | deal agreement contract | contract agreement api
interface api contract | spec specification requirement | requirement spec need | criteria requirement acceptance
acceptance criteria approval | quality standard | standard convention norm | compliance rule | violate break
breach violation leak | exploit attack vulnerability | hacker attacker | injection attack | sanitize escape clean
filter exclude select | select filter pick | query filter search | match equal find | pattern regex template
glob wildcard pattern | expression formula | variable placeholder | hardcoded constant fixed literal
fixed constant static | dynamic runtime | lazy deferred | eager immediate | async asynchronous await
synchronous blocking | handler listener callback | listener handler subscriber | event signal message | emit send fire
subscribe listen | poll check | webhook callback | websocket socket realtime | realtime live
frontmatter metadata header yaml | cookie session | session login | expire ttl timeout | ttl expire lifetime
lifetime ttl duration | refresh reload renew | rotate renew | invalidate clear expire | evict remove
flush clear write | commit save | transaction commit atomic | isolation separation | replica copy follower
primary master main | secondary replica | partition split shard | constraint rule | foreign_key constraint
unique constraint | nullable optional | relationship relation link connection | association relation
network_map graph | collaborator partner contributor | partner collaborator ally | contributor author collaborator
volunteer contributor | open_source oss public | community public | funding sponsor money grant | investor funding
consulting consultant freelance | showcase portfolio demo | application submission
motivation_letter cover_letter letter | reference recommendation | networking outreach contact
outreach contact message | follow_up followup reminder | reminder follow_up notification | remind reminder notify
spam junk | newsletter mail | subscriber reader | visitor reader user | audience visitor | engagement interaction poll
poll survey vote | comment reply | share publish | bookmark favourite favorite | favourite favorite preferred
preferred favorite default | rating review | star favorite | popular common | trend popular | seo search ranking
sitemap index | banner image header | thumbnail image preview | hero banner | cover banner | illustration image figure
alt description | slug url name | permalink url | redirect forward | canonical original | original source | fork copy
upstream origin parent | downstream dependent | submodule dependency | monorepo workspace
worktree workspace checkout | checkout clone | stash save | rebase merge | squash merge | cherry_pick port
blame history | bisect debug | changelog history release_notes | editor ide vim emacs vscode neovim
text_editor editor vim vscode emacs | shell zsh fish bash | operating_system linux windows macos os
native_tongue language | mother_tongue language | emoji emoticon smiley | pronoun gender | editor writer
commit_message commit conventional | package_manager npm pnpm yarn bun pip poetry uv cargo
formatter prettier black formatting | orm prisma sqlalchemy hibernate
framework react vue angular svelte django rails | frontend_framework react vue angular svelte
styling css tailwind sass | infrastructure terraform iac devops ops | devops infrastructure ops deployment
observability monitoring metrics tracing telemetry | error_tracking sentry | feature_flag toggle launchdarkly rollout
feature_toggle flag launchdarkly | ab_test experiment | accessibility a11y wcag | screen_reader accessibility a11y
internationalization i18n localization | internationalisation i18n localisation | payment_provider stripe paypal adyen
payment stripe paypal checkout | email_provider smtp sendgrid mailgun ses | message_queue rabbitmq kafka sqs
cache redis memcached | in_memory redis cache ram | search_engine elasticsearch lucene google | full_text search fts
single_sign sso | sso saml oauth login | two_factor mfa otp 2fa | multi_factor mfa otp 2fa | mfa 2fa otp totp
jwt token | object_storage s3 bucket blob | object_store s3 bucket blob | relational sql postgres mysql sqlite
database postgres mysql sqlite mongodb | postgres postgresql pg | postgresql database pg
reverse_proxy nginx caddy traefik | load_balancer nginx haproxy proxy | web_server nginx apache | service_worker pwa
serverless lambda functions | cdn cloudflare cloudfront edge | dns domain nameserver | domain hostname dns
hosting vercel netlify heroku host | virtual_machine vm | vm virtual virtualbox | virtual_environment venv virtualenv
lock_file lockfile | lockfile lock pinned | pin pinned lock freeze fix | dependency_update dependabot renovate
code_review review pr | merge_request mr pr | unit_test test unittest | integration_test integration e2e | end_to e2e
browser_test playwright cypress selenium e2e | browser_automation playwright selenium puppeteer
headless invisible background | visual screenshot snapshot appearance | regression_test regression
load_test benchmark stress k6 | smoke_test smoke sanity | sanity smoke check | test_data fixture seed sample
seed seeding initial populate | populate fill seed | sample_data fixture seed | flaky_test flaky
test_runner pytest jest vitest | unit_testing pytest jest unittest | hook_script hook | git_hook hook pre-commit husky
default_branch main master | feature_branch branch | release_branch branch release | hotfix patch urgent
code_freeze freeze | change_log changelog | release_note changelog | version_number version semver release
commit_history history log | working_copy checkout worktree | working_directory cwd directory
current_directory cwd directory | home_directory home | config_file config settings
environment_variable env variable | env_var env variable | command_line cli terminal console | exit_code status exit
return_code status exit | standard_output stdout | standard_error stderr | log_file log | log_level verbosity debug
stack_trace traceback exception | error_message error exception | error_handling exception error | null_pointer null
race_condition race concurrency | dead_lock deadlock | memory_usage memory ram | memory_leak leak memory
cpu_usage cpu load | response_time latency performance | page_load performance latency | file_size size bytes
file_name filename name path | file_path path | file_extension extension suffix | line_ending newline crlf
character_encoding encoding utf | time_zone timezone utc | working_day weekday schedule | working_hour hours schedule
day_off holiday vacation | due_date deadline | business_logic domain | edge_case corner exception | corner_case edge
technical_debt debt refactor | tech_debt debt refactor | best_practice convention guideline
coding_style style convention | code_style style convention | naming_convention naming name
house_style style convention | design_decision decision adr | decision_record adr decision | trade_off tradeoff
tradeoff compromise | road_map roadmap plan | next_step todo plan pending | open_question undecided
third_party vendor external | api_key key token secret | access_token token credential | private_key key secret
access_control permission role | user_interface ui gui | dark_mode theme dark | pop_up popup dialog | side_bar sidebar
drop_down dropdown menu | text_box input field | check_box checkbox | progress_bar progress | landing_page homepage
home_page homepage landing | sign_up register registration | register signup registration | log_on login
password_reset reset password | shopping_cart cart basket | check_out checkout | machine_learning ml model
ml model training | neural_network model | chat_bot chatbot assistant | voice speech audio
speech_recognition transcription whisper | transcribe transcription | subtitle caption | sub_agent subagent agent
tool_call tool invocation | system_prompt prompt | token_limit context window | context_window context tokens
invent hallucinate fabricate | fabricate invent fake | made_up invented fake fabricate
pentest penetration offensive hacking exploit | hacking pentest exploit security | firewall network port
malware virus antivirus | virus malware antivirus | phishing scam fraud | keychain keystore vault
iphone ios apple swift mobile | ipad ios tablet | android kotlin mobile phone | smartwatch wearable watch
formatter gofmt prettier black rustfmt formatting | linter eslint ruff golangci pylint shellcheck flake8 lint
type_checker mypy pyright typecheck tsc | type_checking mypy pyright typecheck tsc | static_analysis lint linter sonar
test_framework pytest jest junit vitest mocha | percentage percent share rate
build_tool gradle maven make cmake webpack vite bazel | bundler webpack vite rollup esbuild
vector_database qdrant pinecone milvus chroma pgvector embeddings
vector_store qdrant pinecone milvus chroma pgvector embeddings | nosql mongodb cassandra dynamodb
time_series clickhouse influx timescale prometheus | event_bus kafka rabbitmq nats
orchestration kubernetes scheduler | static_site docusaurus hugo jekyll astro
documentation_site docusaurus mintlify mkdocs docs | cli_framework cobra click typer argparse
http_client fetch axios requests curl | web_framework express fastapi flask django rails
state_management redux riverpod zustand | game_engine unity unreal godot | 3d blender mesh
firmware embedded microcontroller flash | microcontroller stm32 arduino esp32 mcu embedded | typesetting latex tex
equation latex math formula | paper academic research publication latex | thesis dissertation paper academic
blind accessibility screen_reader | disability accessibility a11y | vectorise embed embedding vector
vectorize embed embedding vector | shrink compress smaller | damage corrupt break | corrupt damage broken invalid
pretend mock fake simulate | simulate mock emulate | emulate simulate mock | film movie video record
firm company organization | referral introduction recommendation | flattery praise sycophancy | praise compliment
tomorrow next later | night nightly cron | every_night nightly cron schedule | every_day daily cron schedule
every_hour hourly cron schedule | every_week weekly cron schedule | every_month monthly cron schedule
countless thousands many infinite | endless infinite unlimited | several multiple many | numerous many multiple
rival competitor competition alternative | bulk mass batch | voting poll survey | immutable readonly frozen const
mutate modify change mutable | pod kubernetes container | traffic network requests | coworker team colleague
guest visitor external | clock time | folder_structure layout tree structure
"""


@cache
def _index() -> dict[str, tuple[str, ...]]:
    """What may stand for each stem, and for each pair of stems."""
    meanings = [entry.split() for entry in MEANINGS.replace("\n", "|").split("|")]
    flat = list({part for meaning in meanings for word in meaning for part in word.split("_")})
    stems = dict(zip(flat, stem_all(flat), strict=True))
    found: dict[str, dict[str, None]] = {}
    for meaning in meanings:
        row = [stems.get(word) or "_".join([stems[part] for part in word.split("_")]) for word in meaning]
        for other in row[1:]:
            for term, meant in ((row[0], other), (other, row[0])):
                if "_" not in meant and meant != term:
                    found.setdefault(term, {})[meant] = None
    return {term: tuple(others) for term, others in found.items()}


def synonyms(term: str) -> tuple[str, ...]:
    """Main terms that may stand for this main term, or for two adjacent ones joined by `_`."""
    return _index().get(term, ())
