#!/bin/bash
# 提交一次批次：先做 n 片，全部完成后合并。打印两个作业号。
#   IN=/data/收件 PARTS=/data/分片 OUT=/data/成果 SHARDS=4 \
#   ARGS="--roster /data/单位名册.xlsx --year 2022" MERGE_ARGS="--roster /data/单位名册.xlsx" deploy/slurm/submit.sh
# 收件、分片和成果要在各节点都看得到的共享盘上。ARGS 里的路径不能有空格。
set -euo pipefail
: "${IN:?}" "${PARTS:?}" "${OUT:?}" "${SHARDS:?}"
export JIXIAO=${JIXIAO:-jixiao} IN PARTS OUT SHARDS ARGS=${ARGS:-} MERGE_ARGS=${MERGE_ARGS:-}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$PARTS"
array=$(sbatch --parsable --export=ALL --array="0-$((SHARDS - 1))" --output="$PARTS/片-%a.log" "$here/jixiao.sbatch")
merge=$(sbatch --parsable --export=ALL --dependency="afterok:$array" --kill-on-invalid-dep=yes --output="$PARTS/合并.log" "$here/merge.sbatch")
echo "$array $merge"
