package main

import (
	"testing"

	"jixiao/generator"
)

// TestShardOf reads what Kubernetes and Slurm set.
func TestShardOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		env    map[string]string
		count  int
		shard  generator.Shard
		source string
		says   string // of the error
	}{
		{"nothing", nil, 0, generator.Shard{}, "", ""},
		{"kubernetes", map[string]string{"JOB_COMPLETION_INDEX": "0"}, 4, generator.Shard{Index: 1, Count: 4}, "JOB_COMPLETION_INDEX", ""},
		{"kubernetes, the last", map[string]string{"JOB_COMPLETION_INDEX": "3"}, 4, generator.Shard{Index: 4, Count: 4}, "JOB_COMPLETION_INDEX", ""},
		{"kubernetes, too many", map[string]string{"JOB_COMPLETION_INDEX": "4"}, 4, generator.Shard{}, "JOB_COMPLETION_INDEX",
			"环境变量 JOB_COMPLETION_INDEX=4 超出了 --shards 4：要从 0 到 3"},
		{"kubernetes, how many", map[string]string{"JOB_COMPLETION_INDEX": "0"}, 0, generator.Shard{}, "JOB_COMPLETION_INDEX",
			"有环境变量 JOB_COMPLETION_INDEX，还要用 --shards 写明共几片（与 completions 相同）。不分片请加 --shard none"},
		{"slurm from 0", map[string]string{"SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "3"},
			0, generator.Shard{Index: 3, Count: 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"slurm from 1", map[string]string{"SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "4"},
			0, generator.Shard{Index: 4, Count: 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"slurm with gaps", map[string]string{"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "7"},
			0, generator.Shard{}, "SLURM_ARRAY_TASK_ID", "作业数组的编号不连续。请用 --array=0-(n-1) 提交，并用 --shards n 写明共几片"},
		{"slurm, one task anew", map[string]string{"SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_COUNT": "1", "SLURM_ARRAY_TASK_MIN": "2", "SLURM_ARRAY_TASK_MAX": "2"},
			4, generator.Shard{Index: 3, Count: 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"slurm, no number", map[string]string{"SLURM_ARRAY_TASK_ID": "x"}, 4, generator.Shard{}, "SLURM_ARRAY_TASK_ID",
			"环境变量 SLURM_ARRAY_TASK_ID=x 不是整数。不分片请加 --shard none"},
		{"slurm, half of it", map[string]string{"SLURM_ARRAY_TASK_ID": "1"}, 0, generator.Shard{}, "SLURM_ARRAY_TASK_ID",
			"环境变量 SLURM_ARRAY_TASK_COUNT= 不是整数。不分片请加 --shard none"},
	} {
		shard, source, err := shardOf(func(name string) string { return c.env[name] }, c.count)
		says := ""
		if err != nil {
			says = err.Error()
		}
		if shard != c.shard || source != c.source || says != c.says {
			t.Errorf("%s: %v, %s, %s", c.name, shard, source, says)
		}
	}
}
