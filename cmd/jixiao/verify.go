package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/urfave/cli/v2"

	"jixiao/generator"
)

// errUnsound says that results are not as they were published.
var errUnsound = errors.New("成果与发布时不一致")

func verifyCommand() *cli.Command {
	return &cli.Command{
		Name:      "verify",
		Usage:     "核对成果文件夹：每个文件与回执、run.json 和 SHA256SUMS 是否一致",
		UsageText: "jixiao verify 成果",
		Description: "列出缺少的、改动过的和多出来的文件。什么都不改。\n" +
			"退出码：0 全部一致；3 有不一致。也可以在成果文件夹里运行 sha256sum -c SHA256SUMS。",
		Action:             verify,
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

func verify(c *cli.Context) error {
	if c.NArg() != 1 {
		return usageError{"要写一个成果文件夹，例如：jixiao verify 成果"}
	}
	dir := c.Args().First()
	if info, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return usageError{fmt.Sprintf("成果文件夹 %s 不存在，请检查路径", dir)}
	}
	found, err := generator.Verify(dir)
	if errors.Is(err, generator.ErrNoResults) {
		return fmt.Errorf("%s %w：里面没有回执，也没有 %s", dir, err, generator.SumsFile)
	}
	if err != nil {
		return explain(fmt.Errorf("核对 %s：%w", dir, err), noJob)
	}
	w := c.App.Writer
	fmt.Fprintf(w, "核对了%d个文件、%d个单位的回执\n", found.Documents, found.Units)
	for _, list := range []struct {
		title string
		paths []string
	}{
		{"缺少的（发布后被移走或删除）", found.Missing},
		{"改动过的（与发布时不同）", found.Changed},
		{"多出来的（不是 jixiao 发布的）", found.Extra},
		{"损坏或互相矛盾的记录", found.Damaged},
	} {
		if len(list.paths) > 0 {
			fmt.Fprintf(w, "\n%s：\n", list.title)
		}
		for _, p := range list.paths {
			fmt.Fprintf(w, "  %s\n", p)
		}
	}
	if found.Unfinished {
		fmt.Fprintf(w, "\n有运行正在进行，或者上次运行在发布途中断了：等它结束，或者再运行一次\n")
	}
	if found.Sound() {
		fmt.Fprintf(w, "全部一致\n")
		return nil
	}
	fmt.Fprintf(w, "\n要恢复成发布时的样子，用同样的收件再运行一次 jixiao run；多出来的文件请自行移走\n")
	return errUnsound
}
