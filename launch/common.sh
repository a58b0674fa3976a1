# Sourced by the commands beside it: finds the tools, builds, assembles MPJ's home.
# shellcheck shell=bash

# No file that is opened from here on may become a standard stream that the caller has closed. Results that nobody can
# read are an error, so that standard output is one which refuses them.
[ -e /dev/fd/0 ] || exec </dev/null
[ -e /dev/fd/1 ] || exec 1</dev/null
[ -e /dev/fd/2 ] || exec 2>/dev/null

ROOT=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
MPJ_JARS=${KVASIR_MPJ_JARS:-/usr/share/mpj/lib}

# Starting another program takes 5 to 10 ms on some machines, so that what happens at each start does without, where
# the shell itself can do it.

# Where the locale has no letters outside ASCII, the JVM would read those of arguments and paths as question marks. In
# UTF-8 the two bytes here are one letter.
letter=$'\xc3\xa9'
[ ${#letter} -eq 1 ] || case $(locale charmap 2>/dev/null || true) in
  ANSI_X3.4-1968 | US-ASCII | '') export LC_ALL=C.UTF-8 ;;
esac

fail() {
  echo "kvasir: error: $1" >&2
  exit 2
}

# Prints what the comment at the top of a command says of it.
print_help() {
  local text
  text=$(sed -n '2,${/^#/!q;s/^# \{0,1\}//p}' "$1")
  echo "$text" 2>/dev/null || fail "standard output: cannot be written; write somewhere else"
}

# Help where it is asked for by the first argument.
help_if_asked() {
  [[ ${2:-} != --help && ${2:-} != -h ]] || { print_help "$1" && exit; }
}

# Refuses what is no option of Maven's that these commands pass on.
need_maven_options() {
  local option
  for option in "$@"; do
    [[ $option =~ ^-(D.+|P.+|T.+|o|q|e|X|U|ntp)$ ]] ||
      fail "'$option' is not known; Maven's options are passed on, as -Dexcluded.tags=soak,faults"
  done
}

# Whether a folder can be made and written to; a disk that is full takes files and no bytes.
can_write() {
  [ -d "$1" ] || mkdir -p "$1" 2>/dev/null || return
  { echo x >"$1/.probe"; } 2>/dev/null
}

# Sets STATE, the folder of locks, caches and jobs: the one that KVASIR_STATE names, else the checkout's own, else, where
# that is another's or read-only, one of the user's for this checkout.
find_state() {
  local folder=${KVASIR_STATE:-$ROOT/.kvasir} cache=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
  if ! can_write "$folder" && [ -z "${KVASIR_STATE:-}" ] && [ -n "$cache" ]; then
    folder=$cache/kvasir/${ROOT//[^A-Za-z0-9._-]/_}-$(cksum <<<"$ROOT" | cut -d ' ' -f 1)
  fi
  if can_write "$folder"; then
    STATE=$(cd "$folder" && pwd)
    JVM_OPTIONS+=("-Dkvasir.state=$STATE" "-DDJL_CACHE_DIR=$STATE/djl")
    # A JVM that crashes leaves its reports there, not in the folder that the user is in.
    JVM_OPTIONS+=("-XX:ErrorFile=$STATE/hs_err_%p.log" "-XX:ReplayDataFile=$STATE/replay_%p.log")
    return
  fi
  fail "$folder: cannot be written; set KVASIR_STATE to a folder that you may write, on a disk with room"
}

# Runs a command whose output matters only where it fails: then its end is shown, without control characters.
#   quietly LOG WHAT COMMAND...
quietly() {
  local code=0
  with_counter "$@" || code=$?
  [ "$code" -eq 0 ] && return
  # Not the frames of stack traces, which would push out what they are about.
  sed -e 's/\x1b\[[0-9;?]*[A-Za-z]//g' -e '/^\(\[ERROR\]\)\?[[:space:]]*at .*(.*)$/d' "$1" |
    tr -d '\000-\010\013-\037\177' | tail -n 40 >&2
  return "$code"
}

# Runs a command with its output in a file; on a terminal the seconds are counted, so that a person sees that it lives.
#   with_counter LOG WHAT COMMAND...
with_counter() {
  local log=$1 what=$2 code=0
  shift 2
  "$@" >"$log" 2>&1 </dev/null &
  local pid=$! seconds=0
  # Processes in the background do not hear the terminal's Ctrl-C.
  trap 'kill "$pid" 2>/dev/null; exit 130' INT
  trap 'kill "$pid" 2>/dev/null; exit 143' TERM
  while [ -t 2 ] && kill -0 "$pid" 2>/dev/null; do
    printf '\r%s: %d s ' "$what" "$seconds" >&2
    seconds=$((seconds + 1))
    sleep 1
  done
  wait "$pid" || code=$?
  trap - INT TERM
  [ -t 2 ] && printf '\r\033[K' >&2
  return "$code"
}

# Sets JAVA_HOME to the home of a JDK 25 or later that has the Vector API, or to nothing.
find_jdk() {
  local candidate
  ! is_jdk "${JAVA_HOME:-}" || return 0
  if JAVA_HOME=$(command -v javac) && JAVA_HOME=$(readlink -f "$JAVA_HOME") && is_jdk "${JAVA_HOME%/bin/javac}"; then
    JAVA_HOME=${JAVA_HOME%/bin/javac}
    return
  fi
  for candidate in /usr/lib/jvm/*; do
    JAVA_HOME=$candidate
    ! is_jdk "$candidate" || return 0
  done
  JAVA_HOME=
}

is_jdk() {
  local release
  [ -n "$1" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return
  release=$(<"$1/release")
  [[ $'\n'$release =~ $'\n'JAVA_VERSION=\"([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 25 ] &&
    [[ $release == *jdk.incubator.vector* ]]
}

# Sets `missing` to the packages that are not installed.
find_missing() {
  missing=()
  [ -n "$JAVA_HOME" ] || missing+=(openjdk-25-jdk-headless)
  command -v mvn >/dev/null || missing+=(maven)
  [ -f "$MPJ_JARS/mpj.jar" ] || missing+=(libmpj-java)
}

# Variables that name what is not there would end in an installation, or in words of Java.
check_variables() {
  local entry entries
  [ -z "${KVASIR_MPJ_JARS+set}" ] || [ -f "$KVASIR_MPJ_JARS/mpj.jar" ] ||
    fail "KVASIR_MPJ_JARS: no mpj.jar in '$KVASIR_MPJ_JARS'; name the lib folder of MPJ Express, or unset it"
  [ -n "${KVASIR_CLASSPATH:-}" ] || return 0
  IFS=: read -ra entries <<<"$KVASIR_CLASSPATH"
  for entry in "${entries[@]}"; do
    if [ -f "$entry/kvasir/cli/Main.class" ] || [[ $entry == *.jar && -f $entry ]]; then return 0; fi
  done
  fail "KVASIR_CLASSPATH: no classes of Kvasir in '$KVASIR_CLASSPATH'; unset it"
}

install_packages() {
  # shellcheck disable=SC2016
  quietly "$STATE/install.log" "kvasir: installing" \
    bash -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"' sh "$@"
}

# Leaves STATE and JAVA_HOME set. What is missing is installed when that is allowed, else named.
need_tools() {
  local missing
  check_variables
  find_state
  find_jdk
  find_missing
  if [ ${#missing[@]} -gt 0 ]; then
    local command="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
      fail "missing: ${missing[*]}; run: sudo apt-get update && sudo $command"
    fi
    echo "kvasir: installing ${missing[*]}, some minutes, once" >&2
    install_packages "${missing[@]}" ||
      fail "could not install ${missing[*]}; if this Debian has no JDK 25, unpack one and set JAVA_HOME"
    find_jdk
  fi
  [ -n "$JAVA_HOME" ] || fail "no JDK 25 with jdk.incubator.vector; install one and set JAVA_HOME"
  export JAVA_HOME
}

# What only some tests need: installed where that is allowed, else those tests are skipped by name.
want_tools() {
  local missing=()
  command -v mpirun >/dev/null || missing+=(openmpi-bin)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v fc-match >/dev/null || missing+=(fontconfig fonts-dejavu-core)
  command -v chromium >/dev/null || missing+=(chromium)
  command -v npm >/dev/null || missing+=(nodejs npm)
  if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ]; then
    echo "kvasir: installing ${missing[*]} for tests of several hosts, native MPI, plots, the page and clients" >&2
    install_packages "${missing[@]}" ||
      echo "kvasir: ${missing[*]} not installed: those tests will be skipped" >&2
  fi
}

# Whether there is a jar and no source is newer.
is_built() {
  local jar=$ROOT/target/kvasir.jar
  [ -f "$jar" ] && [ -d "$ROOT/target/lib" ] &&
    [ -z "$(find "$ROOT/src/main" "$ROOT/pom.xml" -newer "$jar" -print -quit)" ]
}

# Builds the jar when there is none or a source is newer; concurrent callers wait for one build, whose last act is the
# archive. KVASIR_CLASSPATH names classes that are built already: the tests' own.
build_if_needed() {
  [ -z "${KVASIR_CLASSPATH:-}" ] || return 0
  ! { [ "$ARCHIVE" -nt "$ROOT/target/kvasir.jar" ] && is_built; } || return 0
  local lock=$ROOT/.kvasir/build.lock
  if can_write "$ROOT/.kvasir" && can_write "$ROOT/target"; then
    (
      flock 9
      is_built || build
      [ "$ARCHIVE" -nt "$ROOT/target/kvasir.jar" ] || archive_classes
    ) 9>>"$lock"
  elif [ ! -f "$ROOT/target/kvasir.jar" ] || [ ! -d "$ROOT/target/lib" ]; then
    fail "$ROOT: is not built and cannot be written; have its owner run launch/kvasir --version once"
  else
    # Who may only read waits for a build of the owner's.
    [ ! -r "$lock" ] || flock 9 9<"$lock" 2>/dev/null || true
    is_built || echo "kvasir: target/kvasir.jar is older than the sources and cannot be written; it runs as it is" >&2
  fi
}

build() {
  local log=$STATE/build.log
  echo "kvasir: building, about a minute, once" >&2
  cd "$ROOT"
  quietly "$log" "kvasir: building" mvn -q -B -Dmaven.test.skip package || fail "the build failed; all it said is in $log"
}

# Where the classes that commands load are kept as the JVM has them in memory: reading and checking them from jars is
# most of the time that a short command takes.
ARCHIVE=$ROOT/target/kvasir.jsa

# Makes the archive. A JVM does without one that is missing, empty, another JVM's or older than the jars, so that a
# failure is none of the user's; it leaves an empty one, so as not to be tried again.
archive_classes() {
  assemble_mpj_home
  local lists=$ROOT/target/class-lists
  rm -rf "$lists" && mkdir -p "$lists"
  with_counter "$STATE/archive.log" "kvasir: preparing quick starts" dump_classes "$lists" || : >"$ARCHIVE.new"
  mv "$ARCHIVE.new" "$ARCHIVE" && rm -rf "$lists"
}

#   dump_classes FOLDER-OF-LISTS
dump_classes() {
  local lists=$1 model=$ROOT/experiments/demo-model/model options=() option
  for option in "${JVM_OPTIONS[@]}"; do
    [[ $option == -XX:SharedArchiveFile=* ]] || options+=("$option")
  done
  # A clean environment: where an MPI starts this, its variables would make the JVMs here ranks of its job.
  local java=(env -i "PATH=$PATH" "HOME=${HOME:-/}" "TMPDIR=${TMPDIR:-/tmp}" "LC_ALL=${LC_ALL:-${LC_CTYPE:-${LANG:-C.UTF-8}}}"
    "KVASIR_STATE=$STATE" "MPJ_HOME=$MPJ_HOME" timeout 120 "$JAVA_HOME/bin/java" "${options[@]}")
  # %p: each rank writes a list of its own.
  local list=("${java[@]}" "-XX:DumpLoadedClassList=$lists/%p" -cp "$(class_path)" kvasir.cli.Main)
  "${list[@]}" --help &&
    "${list[@]}" ask --model "$model" --seed 1 --length 300 --questions 1 --max-new-tokens 2 --ranks 2 --threads 1 &&
    # Without the numbers of classes and those of other loaders, which differ from list to list.
    cat "$lists"/* | sed -e '/^#/d' -e '/ source: /d' -e 's/ id: [0-9]*$//' | awk '!seen[$0]++' >"$lists/all" &&
    "${java[@]}" -Xshare:dump -XX:SharedClassListFile="$lists/all" -XX:SharedArchiveFile="$ARCHIVE.new" \
      -cp "$ROOT/target/kvasir.jar:$ROOT/target/lib/*"
}

# MPJ_HOME with copies of MPJ's jars (their manifests name each other, links do not work) and, where
# they ask for log4j 1.2, an empty jar that leads to Log4j 2's bridge.
assemble_mpj_home() {
  for MPJ_HOME in "$ROOT/.kvasir/mpj-home" "$STATE/mpj-home"; do
    ! is_mpj_home || return 0
  done
  local said
  said=$(make_mpj_home 2>&1 9>>"$STATE/mpj-home.lock") ||
    fail "$MPJ_HOME: ${said##*$'\n'}; set KVASIR_STATE to a folder that you may write, on a disk with room"
}

make_mpj_home() {
  flock 9
  ! is_mpj_home || return 0
  local new
  new=$(mktemp -d "$STATE/mpj-home.XXXXXX") || return
  # Others may run this checkout too.
  if chmod 755 "$new" && fill_mpj_home "$new" && rm -rf "$MPJ_HOME" && mv "$new" "$MPJ_HOME"; then
    return
  fi
  rm -rf "$new"
  return 1
}

is_mpj_home() {
  local stamp=$MPJ_HOME/lib/log4j-1.2.jar source
  [ -r "$stamp" ] || return
  for source in "$ROOT/pom.xml" "$ROOT"/mpj-conf/*; do
    [ ! "$source" -nt "$stamp" ] || return
  done
}

fill_mpj_home() {
  mkdir -p "$1/lib" "$1/conf" "$1/logs" &&
    cp -L "$MPJ_JARS"/*.jar "$1/lib/" &&
    cp "$ROOT"/mpj-conf/* "$1/conf/" &&
    cp "$ROOT"/target/lib/log4j-{1.2-api,api,core}-*.jar "$1/lib/" &&
    cd "$1/lib" &&
    echo "Class-Path: $(echo log4j-{1.2-api,api,core}-*.jar)" >manifest &&
    "$JAVA_HOME/bin/jar" --create --file log4j-1.2.jar --manifest manifest &&
    rm manifest
}

# The options of every Kvasir JVM. Bounds are checked where a view of memory is made and, with KVASIR_CHECKED=1 as in the
# tests, by kernels and on each vector access to an array, which costs a tenth of the decode rate.
case ${KVASIR_CHECKED:-0} in 0) bounds=0 ;; *) bounds=2 ;; esac
JVM_OPTIONS=(
  --add-modules=jdk.incubator.vector
  "-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=$bounds"
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  # For standard error that is another descriptor than the JVM's own.
  --add-opens=java.base/java.io=ALL-UNNAMED
  # Standard output is for results: what the JVM itself has to say, warnings and why it cannot start, is not.
  -XX:+DisplayVMOutputToStderr
  -Xlog:disable
  -Xlog:all=warning:stderr
  -XX:+UseParallelGC
  # What a run keeps is outside the heap or old: without a bound, garbage of the start would fill gigabytes.
  -XX:MaxNewSize=64m
  # A JVM that is killed would leave the file of its counters in /tmp.
  -XX:+PerfDisableSharedMem
  # Until C2 has compiled them, vector kernels run a hundred times slower: compile them early, and wait for it.
  -XX:CompileCommand=quiet
  '-XX:CompileCommand=CompileThresholdScaling,kvasir.kernel.*::*,0.02'
  '-XX:CompileCommand=BackgroundCompilation,kvasir.kernel.*::*,false'
  -Dai.djl.offline=true
  -DOPT_OUT_TRACKING=true
  "-Dkvasir.home=$ROOT"
)

# The archive of classes, where the build has left one; without a word where the JVM can't use it.
[ -n "${KVASIR_CLASSPATH:-}" ] || [ ! -s "$ARCHIVE" ] || [ ! -r "$ARCHIVE" ] ||
  JVM_OPTIONS+=("-XX:SharedArchiveFile=$ARCHIVE" '-Xlog:cds*=off,aot*=off:stderr')

# The user's own options for every JVM, split at blanks, in `extra`. With them, or under a low limit, a JVM is started
# for a try: why it cannot start is then one line and exit code 2, where it would be several of the JVM's and 1.
read_jvm_options() {
  local files processes word reason tried=()
  read -rd '' -a extra <<<"${KVASIR_JVM_OPTS:-}" || true
  files=$(ulimit -Hn) processes=$(ulimit -u)
  [ "$files" = unlimited ] || [ "$files" -ge 48 ] ||
    fail "the limit of open files is $files, and a JVM needs 48; raise it by \`ulimit -n 48\`"
  [ ${#extra[@]} -gt 0 ] || [ "$(ulimit -v)" != unlimited ] ||
    { [ "$processes" != unlimited ] && [ "$processes" -lt 512 ]; } || return 0
  for word in ${extra[@]+"${extra[@]}"}; do
    # These would do their work twice, or wait for a debugger.
    case $word in -agent* | -javaagent* | -Xrun* | -XX:StartFlightRecording*) ;; *) tried+=("$word") ;; esac
  done
  if ! reason=$(try_jvm ${tried[@]+"${tried[@]}"}); then
    [ ${#tried[@]} -eq 0 ] || ! try_jvm >/dev/null || fail "KVASIR_JVM_OPTS: $reason; correct it, or unset it"
    reason=$(try_jvm) || fail "a JVM cannot start: $reason; look at this shell's limits (ulimit -a)"
  fi
}

# Prints why a JVM with these options beside ours cannot start, in one line.
try_jvm() {
  local said
  said=$("$JAVA_HOME/bin/java" "${JVM_OPTIONS[@]}" -XX:ErrorFile=/dev/null "$@" -version 2>&1 </dev/null) ||
    { grep -vE '^(#? *|\[[0-9.]+s\].*|Error occurred during init.*|Error: (Could not create|A fatal ex).*|WARNING: .*)$' <<<"$said" |
      sed -n '1s/^# *//; 1s/\.$//; 1p' && return 1; }
}

class_path() {
  echo "${KVASIR_CLASSPATH:-$ROOT/target/kvasir.jar:$ROOT/target/lib/*}:$MPJ_HOME/lib/mpj.jar"
}

# Copies what a JVM writes on stderr, as it comes, but for the line of each start that says that the Vector API incubates.
without_incubator_warning() {
  # The JVM's last words come after a Ctrl-C.
  trap '' INT TERM HUP
  local line end=
  IFS= read -r line && end=$'\n'
  [[ $line == 'WARNING: Using incubator modules'* ]] || printf '%s%s' "$line" "$end" >&2
  exec cat >&2
}
