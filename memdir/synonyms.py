"""A table of words developers use for one another, so that a question need not guess the file's own word.

Written from general knowledge of the field, not from any data set. Each line is one meaning; a word may stand in
several. `turn_off` is two adjacent words of a query, stop words included. Matching is by stem.
"""

from __future__ import annotations

from functools import cache

from .stem import stem_all

MEANINGS = """
delete remove erase drop rm discard purge wipe clear get_rid throw_away take_out strip prune unlink
create add make new generate produce introduce insert
change edit modify update alter adjust amend tweak revise touch
rename move mv relabel
copy duplicate clone replicate cp mirror
build compile bundle package make assemble
bundle package installer setup packaging
start launch boot run begin startup spawn kick_off spin_up bring_up fire_up
restart reboot relaunch reload bounce
stop halt kill terminate end quit exit abort shutdown shut_down tear_down
close shut dismiss exit quit
open launch display show
show display render appear visible print present view
hide hidden invisible conceal collapse suppress
see view look watch inspect visible
find search locate lookup discover look_up query grep
fetch retrieve download pull load obtain get
send post submit push transmit upload deliver dispatch publish
receive accept incoming inbound
save store persist write keep record
read load parse open
fail error break crash broken failure fault bug blow_up
crash die abort segfault panic exception
bug defect issue problem fault regression
issue ticket problem task
error exception failure fault traceback
warning warn alert caution notice
fix repair solve resolve patch correct heal remedy
workaround hack bypass circumvent work_around
avoid prevent prohibit forbid never
forbid ban prohibit disallow never banned forbidden not_allowed off_limits must_not
allow permit enable authorise authorize permitted allowed
approve approval confirm consent permission accept sign_off
reject decline refuse deny rejected declined turn_down
decide decision choose pick settle conclude chose
choose select pick prefer option choice choosing
consider evaluate explore weigh assess
reason why rationale motivation justification because
enable activate turn_on switch_on toggle
disable deactivate turn_off switch_off toggle mute
toggle switch checkbox option setting
config configuration settings preferences options setup configure
default fallback preset standard initial
fallback backup default alternative fall_back
flag option switch argument parameter
argument parameter arg param input
variable var env parameter setting
environment env stage tier
production prod live deployed
deploy release ship rollout publish launch roll_out go_live
release version publish ship tag
version release number revision tag bump
upgrade update bump migrate newer
downgrade rollback revert older
undo revert rollback restore roll_back reverse back_out
restore recover recovery bring_back resurrect
backup snapshot copy archive back_up
archive backup history old retired
history log changelog past previous
log logging trace record journal output
trace debug log diagnose
debug troubleshoot diagnose investigate inspect
investigate research analysis explore look_into
monitor watch observe track monitoring telemetry
metric measure statistic number stats count
measure benchmark metric timing profile
performance speed latency throughput fast slow
slow sluggish lag delay latency performance takes_long
fast quick rapid speed performance
speed_up optimise optimize optimization faster improve
improve enhance better optimize refine polish
delay wait sleep pause timeout postpone
timeout expire deadline hang time_out
hang freeze stuck block deadlock unresponsive lock
wait block pause hold sleep
lock mutex guard concurrency exclusive
concurrency parallel simultaneous concurrent race same_time at_once
race concurrency parallel
thread process worker task
process program executable daemon service
daemon service background server
background async daemon detached
queue backlog pipeline buffer
job task work cron
schedule cron timer calendar weekly daily rhythm cadence timetable
weekly week monday tuesday wednesday thursday friday saturday sunday weekday cadence
daily day everyday
deadline due date cutoff
today now current
current present latest now
latest newest recent last current
old legacy outdated stale previous former deprecated
stale outdated obsolete expired old out_of_date
deprecated obsolete legacy retired removed
repo repository codebase project
project repo workspace app
branch main master trunk feature
commit checkin push changeset
merge combine integrate join unify consolidate
conflict clash collision collide contradict overlap
collide clash conflict collision
pr pull_request merge_request review patch
review audit inspect check feedback
audit review inspect
diff difference delta change compare
compare comparison versus diff contrast
difference distinction differ vs
git vcs version_control source_control
secret password credential token key apikey
leak leaked expose exposed disclose
credential login password auth secret
login signin authentication auth log_in sign_in logon
logout signout log_out sign_out
auth authentication authorization login oauth
permission access right privilege role
access permission reach
user customer person people client end-user
customer client user buyer
client frontend browser consumer
admin administrator root superuser
team colleague coworker group people
boss manager lead
owner maintainer responsible responsibility who_owns
author writer creator
developer engineer programmer dev
expert experienced senior
beginner newcomer newbie novice onboarding
frontend ui client interface
ui interface gui screen view
screen display monitor window
window dialog popup pane screen
dialog popup modal prompt window box
popup dialog modal toast notification alert
notification notify alert toast popup banner message
banner notification toast header
button click press control
click press tap mouse
mouse cursor pointer click
keyboard key typing keypress shortcut hotkey
shortcut hotkey keybinding
menu dropdown list navigation sidebar
sidebar panel menu navigation drawer
label name title caption text
name title label naming called call
title heading header headline name
icon logo image symbol badge
badge label tag icon
color colour theme palette
theme style dark appearance skin
style css format look appearance
layout arrangement design structure
design architecture structure plan
architecture design structure overview
font typeface typography
picture image photo screenshot figure graphic
screenshot image capture picture
camera webcam video
video movie clip film recording
sound audio music voice noise
microphone mic audio recording
record capture recording
speaker audio sound
page site webpage document
website site web page webpage
blog article post
article post blog essay write-up
draft unpublished wip preview
preview local draft
publish release post public
link url reference href
url address link endpoint uri
endpoint api route url
route path url routing
path directory folder location file
folder directory dir path
directory folder dir
file document path
document doc file documentation
documentation docs manual guide readme
guide tutorial howto instructions documentation
note memo memory remark comment
memory note recollection
memory ram oom vram heap
gpu cuda vram graphics_card video_card graphics
cpu processor core
disk drive storage ssd space
storage disk bucket s3
space room disk capacity
run_out exhaust oom exceed limit out_of_memory
limit cap maximum quota bound max ceiling threshold
maximum max limit upper
minimum min lower at_least
threshold limit cutoff
quota limit allowance budget
budget cost money spend
cost price expense money spend billing
price cost pricing fee
pay payment billing invoice purchase
money cost salary pay budget
salary compensation pay wage
size length large big
big large huge enormous
huge enormous large massive giant unbounded
small tiny little short
short brief concise terse
long lengthy verbose
verbose wordy lengthy chatty
brief concise short terse summary
summary overview recap digest summarize abstract
overview summary map index
count number total amount
number count amount numeric
amount quantity number count
empty blank null none missing nothing
missing absent lacking lost not_found gone
lost missing vanish disappear gone
vanish disappear lost gone disappears
null none nil undefined
duplicate repeated redundant twice dedupe
twice double duplicate two
double twice duplicate
repeat again loop recurring retry
retry again reattempt backoff repeat try_again
loop iterate cycle repeat
cycle circular loop
recursive nested recursion
nested inner child
child subprocess nested descendant
parent ancestor upper
subprocess child process spawn
shell terminal bash console powershell command_line
terminal console shell tty command_line
console terminal window
cli command_line command terminal
command cli instruction
script program automation
automation automate script bot automatic
automatic auto automatically unattended
manual hand manually by_hand
bot agent automation
agent bot assistant worker
assistant copilot agent helper chatbot ai
helper utility assistant util
ai llm model gpt
llm model language_model ai gpt
model llm ai
prompt instruction request message
chat conversation dialogue message
conversation chat session dialogue
session conversation chat run
context window prompt background
message text mail notification
mail email message inbox
email mail inbox smtp
reply answer respond response
answer reply response respond
response reply answer result output
result outcome output
output result stdout print
input stdin entry
question query ask
ask request question query prompt
request ask call query
test spec check verify unittest
test_suite tests suite
verify validate check confirm ensure test trust
validate verify check validation
check verify validate inspect test
trust reliable verify confidence believe
assert assertion check expect
fixture sample testdata mock
sample example demo fixture
example sample demo illustration
demo example showcase sample
mock stub fake dummy
fake mock dummy stub placeholder
placeholder dummy stub template
template boilerplate scaffold skeleton pattern
coverage untested tested
flaky intermittent unstable nondeterministic sporadic
intermittent flaky sporadic sometimes
sometimes occasionally intermittent
deterministic reproducible stable
reproduce repro replicate
ci pipeline workflow continuous_integration github_actions actions
pipeline workflow ci
workflow process pipeline procedure
procedure process steps routine
step stage phase
stage phase step
phase stage milestone
milestone goal phase
goal objective target aim purpose
purpose goal aim why
plan roadmap strategy proposal
roadmap plan future
future later upcoming planned next
later defer postpone future
pending todo outstanding open unfinished
todo task pending backlog
done finished complete completed
finish complete done end
complete finish done full
status state progress
progress status advance
local laptop localhost machine own_machine
remote server ci cloud
server backend host
backend server api
host server machine
machine computer laptop host box
cloud aws azure gcp hosted
container docker image compose
docker container compose
kubernetes k8s cluster
cluster node nodes
node vertex
graph network diagram
network internet connection
internet online network web
offline disconnected no_network
connection connect link socket
connect attach link join hook
hook callback trigger plugin
trigger fire cause activate
plugin extension addon module
extension plugin addon
module package library component
library package dependency module
dependency dependencies requirement package library
install setup installation
uninstall remove
python interpreter py
interpreter python runtime
runtime interpreter engine
engine runtime core
javascript js node
typescript ts
java jvm
golang go
windows microsoft win32
mac macos osx apple
linux unix ubuntu
phone mobile android ios smartphone
mobile phone responsive
browser chrome firefox web
chrome browser google
database db sql table
table database schema
schema structure migration table
migration schema upgrade migrate
query sql select
index indexing catalog
catalog catalogue registry list
registry catalog list
list listing enumerate
enumerate list count
sort order ordering rank
order sequence ordering sort
rank ranking order score
score rating points rank
priority importance urgent
urgent priority asap critical
important critical key major
cache cached caching
embedding vector embeddings
search find retrieval
retrieval search rag recall
scan scanning analyze
analyze analysis analyse examine
vulnerability security exploit
security secure vulnerability safe safety
safe safety secure guard
guard protect protection safeguard gate
protect guard secure
gate check guard barrier
barrier gate block
encrypt encryption cipher crypto
certificate cert tls ssl
sign signature signing
hash checksum digest
id identifier identity key
unique distinct
type kind category class
kind type category
category group type section
group cluster category set
section part chapter
part piece component section
component part module widget
split divide separate break_up
separate split distinct isolate
isolate separate sandbox
sandbox isolated container
combine merge join
convert transform translate
transform convert map
translate translation language locale i18n
language locale translation
format layout syntax
syntax grammar format
indent indentation whitespace tabs
lint linter style ruff eslint
quote quotation apostrophe
escape quote quoting
string text
text string wording
wording phrase text phrasing
word term vocabulary
spelling spell typo
typo misspelling spelling
wrong incorrect mistake bad invalid
mistake error wrong
incorrect wrong invalid
invalid incorrect malformed bad
correct right accurate valid
valid correct
exact precise accurate
strict rigid enforce
enforce require mandatory strict
require need must mandatory
mandatory required must
optional not_required
rule policy convention guideline
policy rule convention
convention standard rule naming guideline
guideline rule convention advice
preference prefer like wish
prefer preference favor favour
want wish prefer
dislike hate annoying
annoying irritating noise
noise spam clutter
clean cleanup tidy clean_up
cleanup clean tidy
refactor restructure rewrite reorganize
rewrite refactor redo
redo repeat rewrite
simple simplify easy minimal
complex complicated complexity overengineered
overkill overengineer overbuild
extra additional more
additional extra more
only just sole
each per every
whole entire full
partial incomplete part
incomplete unfinished partial
ignore skip exclude omit
skip ignore omit bypass
exclude ignore omit except
include contain import
import include load
export output dump
contain include hold
hold keep contain
keep retain preserve hold
preserve keep retain
overwrite replace clobber override
override overwrite precedence wins
replace substitute swap overwrite
substitute replace substitution interpolation
substitution interpolation expansion
precedence priority order override wins
win beat prevail precedence
swap exchange switch
switch change toggle
handle manage deal
manage handle control
control manage
responsible owner
cause reason source root_cause
source origin
origin source provenance
provenance origin source
root top base
base root foundation
top first head
first initial
last final previous
next upcoming following
continue resume proceed carry_on go_on
resume continue
resume cv
cv resume
interview hiring candidate
job position role career employment
apply application submit
application app program
company employer business organization
hire recruit hiring
recruiter recruiting headhunter
contact reach_out outreach
meeting call appointment
call invoke
invoke call execute
execute run exec invoke execution
run execute running
unit piece
tool utility
usage use
use usage employ utilize
method function approach
function method routine
approach method strategy way
strategy approach plan
alternative option choice substitute
idea proposal suggestion
suggest propose recommend
recommend suggest advise
advice recommendation tip
learn lesson
lesson learned takeaway postmortem
postmortem incident outage
incident outage accident
outage downtime incident down
remember recall memory
forget forgotten lose
reconcile sync align consistent
sync synchronize synchronise
consistent consistency uniform
drift diverge mismatch inconsistent
mismatch inconsistent differ drift
outdated drift stale
track follow tracking
follow obey adhere
obey follow
explain describe explanation
describe description explain
describe detail
detail details specifics
example case
case scenario situation
scenario case
real actual genuine
actual real
trick gotcha pitfall trap
gotcha pitfall trap caveat surprise
caveat limitation gotcha
limitation limit constraint restriction
constraint restriction limitation
restrict limit constrain
hardware device board
device hardware gadget
board microcontroller hardware
firmware flash
flash burn upload firmware
serial uart port com
port socket serial
usb serial device
sensor probe
signal pulse
game unity unreal
pdf document
spreadsheet excel csv
excel spreadsheet
slide presentation powerpoint
presentation slide
chart plot graph diagram figure
plot chart graph
diagram chart figure drawing
draw drawing paint canvas
canvas drawing board
quantum qubit circuit
circuit gate
math formula equation
formula equation
statistics probability
random shuffle seed
simulation simulate model
experiment trial
trial experiment attempt
attempt try
try attempt
train training
data dataset information
dataset data corpus
information info data
json yaml
field attribute property column
property attribute field
attribute property field
value setting
key name
header heading
footer bottom
comment remark annotation
annotation comment
feedback comment review
opinion view preference
tone voice style
audience reader
reader audience
talk speech discuss
discuss discussion talk
tutorial walkthrough lesson
picker chooser selector
selector picker chooser
upload send
download fetch
stream streaming live
live running
idle inactive unused
unused dead orphan
orphan dangling
dead broken unused
broken dead
dependency vendor
vendor third_party supplier
license licence
legal law compliance
privacy personal private gdpr
private personal confidential
public open
shared common
common shared usual
usual normal typical
normal regular usual
special custom
custom own bespoke
weird strange odd unexpected
strange odd weird
unexpected surprising
expected should
hope expect
time clock date
date day time
hour time
timezone utc
year date
competition competitor rival alternative landscape
competitor competition rival alternative
market positioning
position positioning
sport cricket football
separate separation split
family household
hobby interest
home house
travel trip
education university degree school
teacher professor instructor
student learner
title role
profile bio background
background experience
skill ability competence
ability capability skill
capability feature ability
feature capability functionality
functionality feature
support help
help support assist
heavy weight large
weight size amount
"""


@cache
def _table() -> dict[str, tuple[str, ...]]:
    lines = [line.split() for line in MEANINGS.split("\n") if line]
    flat = sorted({part for line in lines for word in line for part in word.split("_")})
    stems = dict(zip(flat, stem_all(flat), strict=True))
    table: dict[str, dict[str, None]] = {}
    for line in lines:
        single = [stems[word] for word in line if "_" not in word]
        for word in line:
            stem = stems.get(word) or "_".join(stems[part] for part in word.split("_"))
            table.setdefault(stem, {}).update(dict.fromkeys(single))
    return {stem: tuple(other for other in others if other != stem) for stem, others in table.items()}


def synonyms(term: str) -> tuple[str, ...]:
    """Main terms that may stand for this main term, or for two adjacent ones joined by `_`."""
    return _table().get(term, ())
