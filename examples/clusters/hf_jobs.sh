#!/usr/bin/env bash
# A corpus by Jobs on the Hugging Face Hub, a shard each, and one more that puts it together:
#
#     hf buckets create ORG/LECTURES
#     hf buckets sync lectures/ hf://buckets/ORG/LECTURES/lectures
#     examples/clusters/hf_jobs.sh ORG/LECTURES lectures/manifest.jsonl corpus 16 [--config ...]
#
# Videos, store and corpus are in the bucket. Run it again after whatever went wrong: what is in the
# store is not done twice. FLAVOR names the hardware, and PACKAGE what pip installs.
set -euo pipefail
(($# >= 4)) || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
bucket=hf://buckets/$1 manifest=/bucket/$2 corpus=$3 shards=$4
shift 4
package=${PACKAGE:-vid2book[offline]}

job() { # what it is to run; prints the job's id
    hf jobs run --detach --quiet --flavor "${FLAVOR:-cpu-upgrade}" --timeout 24h \
        --secrets HF_TOKEN --env "VID2BOOK_STORE=$bucket/store" --volume "$bucket:/bucket:ro" \
        python:3.12 bash -euc "pip install -q ${package@Q}; $1"
}

jobs=()
for ((i = 0; i < shards; i++)); do
    jobs+=("$(job "vid2book build ${manifest@Q} ${*@Q} --shard $i/$shards")")
done
echo "the shards: ${jobs[*]}"
hf jobs wait "${jobs[@]}"

# A failed video is a row like any other; without a corpus there is nothing to copy.
merge="vid2book merge ${manifest@Q} -o corpus ${*@Q} || [ -f corpus/README.md ]"
last=$(job "$merge; hf buckets sync --delete corpus $bucket/${corpus@Q}")
echo "the corpus: $last"
hf jobs wait "$last"
