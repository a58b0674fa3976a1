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
  # A single file comes before an index and its files, as where a run reads them.
  if [ -f "$model/model.safetensors" ]; then
    weights=model.safetensors
  else
    weights="model.safetensors.index.json $(grep -o '"[A-Za-z0-9._-]*\.safetensors"' "$model/model.safetensors.index.json" 2>/dev/null |
      tr -d '"' | sort -u | tr '\n' ' ')"
  fi
  bytes=0
  for file in config.json generation_config.json tokenizer.json $weights; do
    [ -f "$model/$file" ] && bytes=$((bytes + $(wc -c <"$model/$file")))
  done
  echo "bytes=$bytes"
  echo "model=$(
    for file in config.json generation_config.json tokenizer.json $weights; do
      [ -f "$model/$file" ] || continue
      echo "$file $(wc -c <"$model/$file")"
      head -c 1048576 "$model/$file"
      tail -c 1048576 "$model/$file"
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
