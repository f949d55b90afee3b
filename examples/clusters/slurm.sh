#!/usr/bin/env bash
# A corpus by an array of Slurm jobs, a shard each, and one more job that puts it together:
#
#     examples/clusters/slurm.sh MANIFEST CORPUS SHARDS [--config standard ...]
#
# Manifest, videos, store, corpus and the environment with vid2book are where all nodes find them.
# Run it again after whatever went wrong: what is in the store is not done twice. What sbatch is to be
# told besides (an account, GPUs, more time) goes into SBATCH_ACCOUNT, SBATCH_GPUS, SBATCH_TIMELIMIT
# and the like.
set -euo pipefail
(($# >= 3)) || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
manifest=$1 corpus=$2 shards=$3
shift 3
VID2BOOK_STORE=${VID2BOOK_STORE:-$corpus.store}
export VID2BOOK_STORE
mkdir -p logs

merge="vid2book merge ${manifest@Q} -o ${corpus@Q} ${*@Q}"
# Slurm fills in the number of the task and its cores.
build="vid2book build ${manifest@Q} ${*@Q} --shard \$SLURM_ARRAY_TASK_ID/$shards --workers \$SLURM_CPUS_PER_TASK"

array=$(sbatch --parsable --job-name vid2book --array "0-$((shards - 1))" --requeue \
    --cpus-per-task "${CPUS:-4}" --mem-per-cpu 4G --output logs/%A-%a.log --wrap "$build")
sbatch --job-name vid2book-merge --dependency "afterok:${array%%;*}" --kill-on-invalid-dep yes \
    --cpus-per-task "${CPUS:-4}" --mem-per-cpu 4G --output logs/%j-merge.log --wrap "$merge"
