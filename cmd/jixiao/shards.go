package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"jixiao/generator"
	"jixiao/generator/ooxml"
)

// noJob is for errors that no job has a part in.
var noJob generator.Job

// parts reads --max-returned, --shard and --shards.
func parts(c *cli.Context, job *generator.Job) error {
	if text := c.String("max-returned"); text != "" {
		share, ok := generator.ParseShare(text)
		if !ok {
			return usageError{fmt.Sprintf("--max-returned %s 不对，请写家数（20）或比例（50%%）", text)}
		}
		job.MaxReturned = share
	}
	text, count := c.String("shard"), c.Int("shards")
	if count < 0 {
		return usageError{"--shards 要写大于 0 的整数"}
	}
	switch text {
	case "none":
		return nil
	case "", "auto":
		shard, source, err := shardOf(os.Getenv, count)
		if err != nil {
			return err
		}
		if source == "" {
			if text == "auto" || count > 0 {
				return usageError{"没有环境变量 JOB_COMPLETION_INDEX 或 SLURM_ARRAY_TASK_ID，不知道是第几片。请写 --shard i/n"}
			}
			return nil
		}
		job.Shard = shard
		fmt.Fprintf(c.App.ErrWriter, "按环境变量 %s 只做分片 %s；不分片请加 --shard none\n", source, shard)
	default:
		shard, ok := generator.ParseShard(text)
		if !ok {
			return usageError{fmt.Sprintf("--shard %s 不对，请写 i/n，i 从 1 到 n，例如 1/4", text)}
		}
		if count > 0 && count != shard.Count {
			return usageError{fmt.Sprintf("--shard %s 与 --shards %d 不一致，只写一个就可以", text, count)}
		}
		job.Shard = shard
	}
	return nil
}

// shardOf takes the shard from what Kubernetes (Indexed Job) and Slurm (job array)
// set; count is --shards, 0 when it was not written. source names the variable,
// "" when there is none. Kubernetes does not tell how many there are. Slurm does,
// unless a part of an array was submitted anew: then --shards says it, and the
// array must count from 0.
func shardOf(env func(string) string, count int) (shard generator.Shard, source string, err error) {
	number := func(name string) (int, error) {
		n, err := strconv.Atoi(env(name))
		if err != nil || n < 0 {
			return 0, usageError{fmt.Sprintf("环境变量 %s=%s 不是整数。不分片请加 --shard none", name, env(name))}
		}
		return n, nil
	}
	for _, source = range []string{"JOB_COMPLETION_INDEX", "SLURM_ARRAY_TASK_ID"} {
		if env(source) == "" {
			continue
		}
		index, err := number(source)
		if err != nil {
			return shard, source, err
		}
		if count > 0 {
			if index >= count {
				return shard, source, usageError{fmt.Sprintf("环境变量 %s=%d 超出了 --shards %d：要从 0 到 %d", source, index, count, count-1)}
			}
			return generator.Shard{Index: index + 1, Count: count}, source, nil
		}
		if source == "JOB_COMPLETION_INDEX" {
			return shard, source, usageError{"有环境变量 JOB_COMPLETION_INDEX，还要用 --shards 写明共几片（与 completions 相同）。不分片请加 --shard none"}
		}
		var all [3]int
		for i, name := range []string{"SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX"} {
			if all[i], err = number(name); err != nil {
				return shard, source, err
			}
		}
		if all[2]-all[1]+1 != all[0] || index < all[1] || index > all[2] {
			return shard, source, usageError{"作业数组的编号不连续。请用 --array=0-(n-1) 提交，并用 --shards n 写明共几片"}
		}
		return generator.Shard{Index: index - all[1] + 1, Count: all[0]}, source, nil
	}
	return shard, "", nil
}

func mergeCommand() *cli.Command {
	return &cli.Command{
		Name:      "merge",
		Usage:     "合并各分片的成果，生成汇总和报告",
		UsageText: "jixiao merge --out 成果 [--in 分片成果 …] [选项]",
		Description: "核对每个单位、每份报送件恰好由一片做过一次，文件与回执一致，然后生成 汇总/ 和报告。\n" +
			"结果与不分片运行一次完全相同。各分片写在同一个成果文件夹里时不用写 --in。",
		Flags: append([]cli.Flag{
			&cli.StringSliceFlag{Name: "in", Usage: "各分片的成果`文件夹`（run --shard 的 --out）；可以写多次"},
			&cli.StringFlag{Name: "out", Usage: "合并到哪个`文件夹`"},
			&cli.StringFlag{Name: "form", Value: defaultForm, Usage: "套表：与分片相同"},
			&cli.StringFlag{Name: "roster", Usage: "单位名册`文件`：核对名册里的每个单位恰好出现一次"},
			workersFlag(),
		}, logFlags()...),
		Action:             merge,
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

func merge(c *cli.Context) error {
	if c.Args().Present() {
		return usageError{fmt.Sprintf("多出了“%s”：分片成果要写在 --in 后面", c.Args().First())}
	}
	job := generator.Job{Out: c.String("out"), Workers: c.Int("workers"), Limits: ooxml.DefaultLimits(), Program: "jixiao " + version, Build: build()}
	if job.Out == "" {
		return usageError{"没有写合并到哪里。例如：jixiao merge --in 成果1 --in 成果2 --out 成果"}
	}
	from := c.StringSlice("in")
	look := from
	if len(look) == 0 {
		look = []string{job.Out}
	}
	for _, dir := range look {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return usageError{fmt.Sprintf("分片成果 %s 不存在，请检查路径", dir)}
		}
	}
	if err := lists(c, &job); err != nil {
		return err
	}
	log, err := openLog(c)
	if err != nil {
		return err
	}
	job.Log = log.logger
	show := newProgress(log.progress(c.App.ErrWriter))
	run, err := generator.Merge(c.Context, job, from, show)
	show.close()
	if err = errors.Join(err, log.close()); err != nil {
		return explain(err, job)
	}
	return account(c, run, job, true)
}
