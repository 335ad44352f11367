package main

import (
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/urfave/cli/v2"

	"jixiao/generator"
	"jixiao/generator/publish"
	"jixiao/generator/unit"
	"jixiao/generator/watch"
)

// dropFlags are the options of a drop folder.
func dropFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "root", Usage: "投放`文件夹`，里面是 收件、处理中、成果、退回、归档，没有时新建"},
		draftsFlag(),
		&cli.DurationFlag{Name: "deadline", Value: time.Minute, Usage: "空的、没有写完的文件最多等多`久`，之后按打不开的文件答复"},
	}, readingFlags()...)
}

func watchCommand() *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "守着投放文件夹：放进 收件 的报送件随到随办",
		UsageText: "jixiao watch --root 文件夹 [选项]",
		Description: "文件放进 收件/ 一两秒后被取走：通过单位的文件在 成果/单位/，要改正的在 退回/，旁边都有 回执.html；\n" +
			"原件移到 归档/，汇总和报告在 成果/。正在写的文件会等它写完。同一个文件夹可以有几个 jixiao watch 一起做；\n" +
			"任何一个中断了，别的接着做，或者下次启动时接着做。按 Ctrl-C 停止。",
		Flags: append(dropFlags(),
			&cli.DurationFlag{Name: "poll", Value: 2 * time.Second, Usage: "每隔多`久`查看一次收件"},
			&cli.BoolFlag{Name: "once", DisableDefaultText: true, Usage: "把现有的文件办完就结束"},
			&cli.StringFlag{Name: "ping", EnvVars: []string{"JIXIAO_PING"}, Usage: "守着的时候每分钟访问一次`网址`/0，办不下去时访问 网址/1；没有按时来就报警的服务用"},
		),
		Action:             watchFolder,
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

func watchFolder(c *cli.Context) (err error) {
	job, err := dropJob(c)
	if err != nil {
		return err
	}
	opt := generator.DropOptions{Poll: c.Duration("poll"), Deadline: c.Duration("deadline"), Events: !c.Bool("once")}
	if opt.Poll <= 0 || opt.Deadline <= 0 {
		return usageError{"--poll 和 --deadline 要写大于 0 的时间，例如 2s、1m"}
	}
	log, err := openLog(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	job.Log = log.logger
	told, err := openNotices(c, job.Out, log.logger)
	if err != nil {
		return err
	}
	tally := &dropTally{out: c.App.Writer, err: log.progress(c.App.ErrWriter)}
	opt.Tell = tally.tell
	if c.String("ping") != "" {
		opt.Looked = (&pulse{told: told, every: pulseEvery}).looked
	}
	drop, err := generator.OpenDrop(job, opt)
	if err != nil {
		return explainDrop(err, job)
	}
	if c.Bool("once") {
		err = drop.Pass(c.Context)
	} else {
		fmt.Fprintf(tally.err, "守着 %s，按 Ctrl-C 停止\n", path.Join(job.Out, generator.InboxFolder))
		err = drop.Watch(c.Context)
	}
	if err = errors.Join(err, drop.Close()); err != nil {
		return explain(err, job)
	}
	if tally.returned > 0 {
		return errReturned
	}
	return nil
}

// explainDrop adds what to do to an error of opening a drop folder.
func explainDrop(err error, job generator.Job) error {
	if errors.Is(err, watch.ErrApart) {
		return fmt.Errorf("%w。请把投放文件夹 %s 整个放在一块磁盘上，里面的 收件 和 处理中 不要挂载或链接到别处", err, job.Out)
	}
	return explain(err, job)
}

// dropJob checks the options of a drop folder and compiles the form.
func dropJob(c *cli.Context) (generator.Job, error) {
	root := c.String("root")
	switch {
	case c.Args().Present():
		return generator.Job{}, usageError{fmt.Sprintf("多出了“%s”：投放文件夹要写在 --root 后面", c.Args().First())}
	case root == "":
		return generator.Job{}, usageError{"没有写投放文件夹。例如：jixiao " + c.Command.Name + " --root 投放"}
	}
	job, err := readingJob(c)
	if err != nil {
		return job, err
	}
	job.Out, job.Drafts = root, c.Bool("drafts")
	return job, lists(c, &job)
}

// dropTally shows what happens in a drop folder, a line each.
type dropTally struct {
	out, err io.Writer
	returned int
}

func (t *dropTally) tell(e generator.DropEvent) {
	if e.Unit == "" {
		if e.File != "" {
			fmt.Fprintf(t.err, "%s：", path.Join(generator.InboxFolder, e.File))
		}
		fmt.Fprint(t.err, e.Text)
		if e.Err != nil {
			fmt.Fprintf(t.err, "（%s）", troubleText(e.Err))
		}
		fmt.Fprintln(t.err)
		return
	}
	if e.Outcome != unit.Accepted {
		t.returned++
	}
	fmt.Fprintf(t.out, "%s %s", e.Outcome.Chinese(), e.Unit)
	switch {
	case e.Renewed:
		fmt.Fprint(t.out, "（套表、名册、选项或程序有变，重新办理）")
	case e.Again:
		fmt.Fprint(t.out, "（同样的文件已经办过）")
	case e.Errors+e.Notices > 0:
		fmt.Fprintf(t.out, "（错误%d 提示%d）", e.Errors, e.Notices)
	}
	fmt.Fprintln(t.out)
}

// troubleText says what an error means for the machine, in front of the error itself.
func troubleText(err error) string {
	if errors.Is(err, publish.ErrHeld) {
		return "jixiao run 或 merge 正在写这个文件夹"
	}
	if t, ok := generator.TroubleOf(err); ok {
		return t.What + "：" + err.Error()
	}
	return err.Error()
}
