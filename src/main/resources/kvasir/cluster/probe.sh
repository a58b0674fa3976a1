# Prints facts of the host that runs it, name=value, a line each.
# Arguments: java's home, the jar, the model or -, an address and a port of the head.
java=$1 jar=$2 model=$3 address=$4 port=$5

hash() {
  sha256sum | cut -d ' ' -f 1
}

echo "name=$(uname -n)"
if [ -x "$java/bin/java" ]; then
  sed -n 's/^JAVA_VERSION="\(.*\)"/java=\1/p' "$java/release"
  grep -q jdk.incubator.vector "$java/release" && echo vector=yes
fi
[ ! -f "$jar" ] || echo "jar=$(hash <"$jar")"
if [ -d "$model" ]; then
  # Both ends of large files: a copy that was cut off or another model shows, and nobody waits for gigabytes.
  bytes=0
  for file in "$model"/*.json "$model"/*.safetensors; do
    [ -f "$file" ] && bytes=$((bytes + $(wc -c <"$file")))
  done
  echo "bytes=$bytes"
  echo "model=$(
    for file in "$model"/config.json "$model"/tokenizer.json "$model"/*.safetensors; do
      [ -f "$file" ] || continue
      echo "${file##*/} $(wc -c <"$file")"
      head -c 1048576 "$file"
      tail -c 1048576 "$file"
    done | hash
  )"
fi
sed -n 's/^MemAvailable: *\([0-9]*\) kB/memory=\1/p' /proc/meminfo
# As a JVM counts them: nproc knows no quota of a container or a cgroup.
cores=$("$java/bin/java" -Xlog:gc+init -version 2>&1 | sed -n 's/.*CPUs: [0-9]* total, \([0-9]*\) available.*/\1/p')
echo "cores=${cores:-$(nproc)}"
if command -v bash >/dev/null; then
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$address" "$port" 2>/dev/null && echo reaches=yes || echo reaches=no
fi
echo "clock=$(date +%s%N)"
