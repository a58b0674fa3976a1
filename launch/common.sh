# Sourced by the commands beside it: finds the tools, builds, assembles MPJ's home.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
MPJ_JARS=${KVASIR_MPJ_JARS:-/usr/share/mpj/lib}
STATE=$ROOT/.kvasir
MPJ_HOME=$STATE/mpj-home

fail() {
  echo "kvasir: error: $1" >&2
  exit 2
}

# Prints the home of a JDK 25 or later that has the Vector API, or nothing.
find_jdk() {
  local candidate on_path=
  on_path=$(command -v javac || true)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
    [ -n "$candidate" ] && [ -x "$candidate/bin/javac" ] && [ -f "$candidate/release" ] || continue
    local version
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release")
    if [ "${version:-0}" -ge 25 ] && grep -q 'jdk.incubator.vector' "$candidate/release"; then
      echo "$candidate"
      return
    fi
  done
}

missing_packages() {
  [ -n "$(find_jdk)" ] || echo openjdk-25-jdk-headless
  command -v mvn >/dev/null || echo maven
  [ -f "$MPJ_JARS/mpj.jar" ] || echo libmpj-java
}

# Leaves JAVA_HOME set. What is missing is installed when that is allowed, else named.
need_tools() {
  local missing
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -gt 0 ]; then
    local command="apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
      fail "missing: ${missing[*]}; run: sudo apt-get update && sudo $command"
    fi
    echo "kvasir: installing ${missing[*]}" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command; } >&2 ||
      fail "could not install ${missing[*]}; if this Debian has no JDK 25, unpack one and set JAVA_HOME"
  fi
  JAVA_HOME=$(find_jdk)
  [ -n "$JAVA_HOME" ] || fail "no JDK 25 with jdk.incubator.vector; install one and set JAVA_HOME"
  export JAVA_HOME
}

# What only some tests need: installed where that is allowed, else those tests are skipped by name.
want_tools() {
  local missing=()
  command -v mpirun >/dev/null || missing+=(openmpi-bin)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v fc-match >/dev/null || missing+=(fontconfig fonts-dejavu-core)
  if [ ${#missing[@]} -gt 0 ] && [ "$(id -u)" -eq 0 ]; then
    echo "kvasir: installing ${missing[*]} for tests of several hosts, native MPI and plots" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >&2 ||
      echo "kvasir: ${missing[*]} not installed: those tests will be skipped" >&2
  fi
}

# Builds the jar when there is none or a source is newer; concurrent callers wait for one build.
# KVASIR_CLASSPATH names classes that are built already: the tests' own.
build_if_needed() {
  mkdir -p "$STATE"
  [ -z "${KVASIR_CLASSPATH:-}" ] || return 0
  (
    flock 9
    local jar=$ROOT/target/kvasir.jar
    if [ ! -f "$jar" ] || [ ! -d "$ROOT/target/lib" ] ||
      [ -n "$(find "$ROOT/src/main" "$ROOT/pom.xml" -newer "$jar" -print -quit)" ]; then
      echo "kvasir: building" >&2
      (cd "$ROOT" && mvn -q -B -Dmaven.test.skip package) >&2 || fail "the build failed, see above"
    fi
  ) 9>"$STATE/build.lock"
}

# MPJ_HOME with copies of MPJ's jars (their manifests name each other, links do not work) and, where
# they ask for log4j 1.2, an empty jar that leads to Log4j 2's bridge.
assemble_mpj_home() {
  (
    flock 9
    local stamp=$MPJ_HOME/lib/log4j-1.2.jar
    [ -f "$stamp" ] && [ -z "$(find "$ROOT/mpj-conf" "$ROOT/pom.xml" -newer "$stamp" -print -quit)" ] &&
      exit 0
    local new
    new=$(mktemp -d "$STATE/mpj-home.XXXXXX")
    mkdir -p "$new/lib" "$new/conf" "$new/logs"
    cp -L "$MPJ_JARS"/*.jar "$new/lib/"
    cp "$ROOT"/mpj-conf/* "$new/conf/"
    cp "$ROOT"/target/lib/log4j-{1.2-api,api,core}-*.jar "$new/lib/"
    (
      cd "$new/lib"
      echo "Class-Path: $(echo log4j-{1.2-api,api,core}-*.jar)" >manifest
      "$JAVA_HOME/bin/jar" --create --file log4j-1.2.jar --manifest manifest
      rm manifest
    )
    rm -rf "$MPJ_HOME"
    mv "$new" "$MPJ_HOME"
  ) 9>"$STATE/mpj-home.lock"
}

# The options of every Kvasir JVM. Bounds of vector accesses are checked where a view of memory is made and, on
# each access, in the tests; checked on each access in production they cost a tenth of the decode rate.
JVM_OPTIONS=(
  --add-modules=jdk.incubator.vector
  -Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0
  --enable-native-access=ALL-UNNAMED
  --sun-misc-unsafe-memory-access=allow
  -XX:+UseParallelGC
  # What a run keeps is outside the heap or old: without a bound, garbage of the start would fill gigabytes.
  -XX:MaxNewSize=256m
  -Dai.djl.offline=true
  -DOPT_OUT_TRACKING=true
  "-DDJL_CACHE_DIR=$STATE/djl"
  "-Dkvasir.home=$ROOT"
)

class_path() {
  echo "${KVASIR_CLASSPATH:-$ROOT/target/kvasir.jar:$ROOT/target/lib/*}:$MPJ_HOME/lib/mpj.jar"
}
