#!/bin/sh
# What pm does, in two minutes: the demo estate, a new complaint, the reports, then a file of another system.
# Run by `make demo`; works in a folder that is removed afterwards. PM_LANG=zh_CN shows it in Chinese.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset PM_LEDGER PM_DESK
export PM_AS=li.na PM_LANG="${PM_LANG:-en}"
evening='2026-11-21 16:30' # when the story of the demo estate ends

part() {
    printf '\n\n==== %s\n' "$1"
}

# Show a command as one would type it, then run it.
try() {
    printf '\n$ pm'
    for word in "$@"; do
        case $word in
        *[!A-Za-z0-9_./:=-]*) printf " '%s'" "$word" ;;
        *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    pm "$@" 2>&1
}

# The same with the first lines of a long answer.
top() {
    lines=$1
    shift
    try "$@" | sed -n "1,${lines}p"
    printf '...\n'
}

part 'The demo estate: three weeks of an invented customer-service centre'
cd "$folder"
try init estate --estate 翠湖花园 --demo
cd estate
try
try overdue --as-of "$evening"
try list complaint --late --as-of "$evening"
try why CP-261117-A04

part 'A resident calls'
try complaint receive --unit 3-1502 --channel phone --content 'Water drips from the bathroom ceiling' --caller-name 周敏
try find 1502 --limit 3

part 'Keys: what a rule forbids is refused, with what to do instead'
try key-loan lend --key K-SBF --count 1 --borrower-name 马军 --borrower-department engineering --purpose pump --dry-run || true

part 'The reports, as they were known when the story ended'
try report daily --date 2026-11-21 --as-of "$evening" --format txt
top 60 report weekly --week 2026-W47 --as-of "$evening" --format txt

part 'A file of another system: elevators of New York, January 2024'
cd "$folder"
try init city --estate 'New York' --timezone America/New_York
cd city
export PM_AS=admin
try import request "$here/sample/nyc_elevators.csv" --map "$here/nyc_elevators.yaml"
try import request "$here/sample/nyc_elevators.csv" --map "$here/nyc_elevators.yaml"
try list complaint --limit 5
top 35 report weekly --week 2024-W02 --format txt
try check

part 'Next: README.md, then pm init DIR --estate NAME --desk A'
