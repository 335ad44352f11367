package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"jixiao/generator"
	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

const defaultForm = "整体支出"

// inputFlags are the options that run and check share.
func inputFlags() []cli.Flag {
	return append([]cli.Flag{&cli.StringSliceFlag{Name: "in", Usage: "收件：报送件所在的`文件夹`，或单个工作簿；可以写多次"}}, readingFlags()...)
}

// readingFlags are the options of everything that reads workbooks.
func readingFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "form", Value: defaultForm, Usage: "套表：内置套表的名称，或套表`文件夹`"},
		&cli.StringFlag{Name: "roster", Usage: "单位名册`文件`（.xlsx，表头有“单位名称”）；有名册才知道谁未报"},
		&cli.StringFlag{Name: "passwords", Usage: "口令表`文件`（UTF-8 文本，一行一个密码，或“单位名称或文件名<Tab 键>密码”），用来打开设有密码的报送件"},
		&cli.StringFlag{Name: "year", Usage: "任务`年度`，例如 2022；不写则取多数报送件的年度"},
		workersFlag(),
		&cli.IntFlag{Name: "max-workbook", Value: usualMega, Usage: "一个报送件最大多少`兆`字节，更大的不读；解开后的大小和单元格数的上限随它增减"},
	}, logFlags()...)
}

func workersFlag() cli.Flag {
	return &cli.IntFlag{Name: "workers", DefaultText: "与处理器个数相同", Usage: "同时处理几`个`单位"}
}

func draftsFlag() cli.Flag {
	return &cli.BoolFlag{Name: "drafts", DisableDefaultText: true, Usage: "退回的单位也生成文件，放在 退回/单位/草稿，每页标明未通过审核"}
}

const (
	mega        = 1 << 20
	usualMega   = 64   // of a workbook, unless --max-workbook says otherwise
	largestMega = 1024 // that it may say
)

// limitsOf are the limits for workbooks that the options set.
func limitsOf(c *cli.Context) (ooxml.Limits, error) {
	n := c.Int("max-workbook")
	if n < 1 || n > largestMega {
		return ooxml.Limits{}, usageError{fmt.Sprintf("--max-workbook 要写 1 到 %d 的整数，单位是兆字节", largestMega)}
	}
	return ooxml.LimitsFor(int64(n) * mega), nil
}

func runCommand() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "读取、审核收件里的全部报送件，生成成果",
		UsageText: "jixiao run --in 收件 --out 成果 [选项]",
		Description: "成果文件夹里：单位/ 通过单位的正式文件（有提示的另有 核实意见/），退回/ 标注了问题的报送件，汇总/ 汇总表和通报，\n" +
			"审核情况.xlsx 全部审核结果，运行报告.html 一页看清全部情况，run.json 供程序读取，SHA256SUMS 全部文件的校验值。\n" +
			"中断后用同样的命令再运行一次即可补齐：已有回执、文件也没有变的单位不再生成。",
		Flags: append(append(inputFlags(),
			&cli.StringFlag{Name: "out", Usage: "成果`文件夹`，没有时新建"},
			draftsFlag(),
			&cli.StringFlag{Name: "max-returned", Usage: "退回超过这么多`家`（20）或这个比例（50%）时停下，不发布任何成果：多半是套表用错了"},
			&cli.StringFlag{Name: "shard", Usage: "只做第 i 片，共 n 片，写作 `i/n`；auto 取自 Kubernetes 或 Slurm 的环境变量（不写时也取），none 不分片。全部完成后用 jixiao merge 合并"},
			&cli.IntFlag{Name: "shards", Usage: "共几`片`，与 JOB_COMPLETION_INDEX 或 SLURM_ARRAY_TASK_ID（从 0 开始）一起用"},
		), notifyFlags()...),
		Action:             func(c *cli.Context) error { return batch(c, true) },
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:               "check",
		Usage:              "只读取和审核，不写任何文件",
		UsageText:          "jixiao check --in 收件 [选项]",
		Flags:              inputFlags(),
		Action:             func(c *cli.Context) error { return batch(c, false) },
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

// batch is jixiao run, and jixiao check when nothing is to be published.
func batch(c *cli.Context, publishing bool) error {
	job, err := jobOf(c, publishing)
	if err != nil {
		return err
	}
	log, err := openLog(c)
	if err != nil {
		return err
	}
	job.Log = log.logger
	if !publishing {
		return pass(c, job, log, nil)
	}
	told, err := openNotices(c, job.Out, log.logger)
	if err != nil {
		return err
	}
	told.start(c.Context, "")
	return pass(c, job, log, told)
}

// pass is the run itself; told hears how it ended, nil when nobody is told.
func pass(c *cli.Context, job generator.Job, log logging, told *notices) (err error) {
	show := newProgress(log.progress(c.App.ErrWriter))
	run, err := generator.Run(c.Context, job, show)
	show.close()
	if err == nil {
		err = account(c, run, job, told != nil)
	} else {
		err = explain(err, job)
	}
	if told != nil {
		told.finish(c.Context, err, tellRun(run))
	}
	return errors.Join(err, log.close())
}

// account tells on the terminal how a run or a merge ended.
func account(c *cli.Context, run *report.Run, job generator.Job, publishing bool) (err error) {
	w := c.App.Writer
	if !publishing {
		err = report.Details(w, run)
	}
	if err = errors.Join(err, report.Table(w, run)); err != nil {
		return explain(fmt.Errorf("输出结果：%w", err), job)
	}
	switch {
	case job.Shard != generator.Shard{}:
		fmt.Fprintf(w, "\n分片 %s 已完成。全部分片完成后运行：jixiao merge --out …，生成汇总和报告\n", job.Shard)
	case publishing:
		where(w, job.Out)
		kept(w, run.Kept)
	}
	for _, u := range run.Units {
		if u.Outcome != unit.Accepted {
			return errReturned
		}
	}
	return nil
}

var yearPattern = regexp.MustCompile(`^(19|20)\d\d$`)

// jobOf checks the options and compiles the form, before any workbook is opened.
func jobOf(c *cli.Context, publishing bool) (generator.Job, error) {
	if c.Args().Present() {
		return generator.Job{}, usageError{fmt.Sprintf("多出了“%s”：收件要写在 --in 后面", c.Args().First())}
	}
	inbox := c.StringSlice("in")
	if len(inbox) == 0 {
		return generator.Job{}, usageError{"没有写收件。例如：jixiao " + c.Command.Name + " --in 收件"}
	}
	job, err := readingJob(c)
	if err != nil {
		return job, err
	}
	job.Inbox = inbox
	for _, in := range job.Inbox {
		if _, err := os.Stat(in); errors.Is(err, fs.ErrNotExist) {
			return job, usageError{fmt.Sprintf("收件 %s 不存在，请检查路径", in)}
		}
	}
	if publishing {
		job.Out, job.Drafts = c.String("out"), c.Bool("drafts")
		if job.Out == "" {
			return job, usageError{"没有写成果放在哪里。例如：jixiao run --in 收件 --out 成果"}
		}
		if err := apart(job.Inbox, job.Out); err != nil {
			return job, err
		}
		if err := parts(c, &job); err != nil {
			return job, err
		}
	}
	return job, lists(c, &job)
}

// readingJob is a job with what readingFlags set, except for the files that they name.
func readingJob(c *cli.Context) (job generator.Job, err error) {
	job = generator.Job{Year: c.String("year"), Workers: c.Int("workers"), Program: "jixiao " + version, Build: build(), Converter: intake.FindOffice()}
	if job.Year != "" && !yearPattern.MatchString(job.Year) {
		return job, usageError{fmt.Sprintf("--year %s 不是年度，请写四位数字，例如 2022", job.Year)}
	}
	if job.Workers < 0 {
		return job, usageError{"--workers 要写大于 0 的整数"}
	}
	job.Limits, err = limitsOf(c)
	return job, err
}

// lists compiles the form and reads the roster and the passwords that the options
// name; merge has no passwords.
func lists(c *cli.Context, job *generator.Job) error {
	f, err := loadForm(c.String("form"))
	if err != nil {
		return err
	}
	job.Form = f
	if name := c.String("roster"); name != "" {
		if job.Roster, err = intake.ReadRoster(name, job.Limits); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return usageError{fmt.Sprintf("单位名册 %s 不存在，请检查路径", name)}
			}
			return err
		}
	}
	if name := c.String("passwords"); name != "" {
		if job.Passwords, err = intake.ReadPasswords(name); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				return usageError{fmt.Sprintf("口令表 %s 不存在，请检查路径", name)}
			}
			return err
		}
	}
	return nil
}

// apart refuses a results folder inside an inbox: its returned workbooks would
// be taken for new ones on the next run.
func apart(inboxes []string, out string) error {
	o, err := filepath.Abs(out)
	if err != nil {
		return fmt.Errorf("查找 %s：%w", out, err)
	}
	for _, in := range inboxes {
		i, err := filepath.Abs(in)
		if err != nil {
			return fmt.Errorf("查找 %s：%w", in, err)
		}
		if rel, err := filepath.Rel(i, o); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return usageError{fmt.Sprintf("成果文件夹 %s 在收件 %s 里面，下一次会把成果当作报送件。请放到别处", out, in)}
		}
	}
	return nil
}

// explain adds what to do to an error of a run.
func explain(err error, job generator.Job) error {
	var tooMany *generator.TooManyReturnedError
	switch {
	case errors.Is(err, generator.ErrEmptyInbox):
		return fmt.Errorf("%s：%w（.xlsx、.xlsm、.xls、.et，或装着它们的 .zip）。请检查路径，或用 --roster 指定名册以列出未报单位", strings.Join(job.Inbox, "、"), err)
	case errors.Is(err, publish.ErrHeld):
		return fmt.Errorf("%w（%s）。请等它结束后再运行", err, job.Out)
	case errors.As(err, &tooMany):
		return fmt.Errorf("%w。多半是套表选错了，或者填报表改了版：请用 jixiao check 看退回的原因，核对 --form 后再运行；确实如此时去掉 --max-returned", err)
	}
	if t, ok := generator.TroubleOf(err); ok {
		return fmt.Errorf("%s：%w。%s", t.What, err, t.Advice)
	}
	return err
}

// kept says which units have only what an earlier run published.
func kept(w io.Writer, folders []string) {
	if len(folders) == 0 {
		return
	}
	fmt.Fprintf(w, "\n这次没有收到、仍保留上次成果的（不在本次汇总里）：\n")
	for _, f := range folders {
		fmt.Fprintf(w, "  %s/\n", f)
	}
}

// where says what lies in the results folder.
func where(w io.Writer, out string) {
	fmt.Fprintf(w, "\n成果在 %s：\n", out)
	for _, line := range [][2]string{
		{generator.Plain.Accepted + "/", "通过单位的正式文件；其中的 " + generator.VerifyFolder + "/ 是标注了提示的报送件，发给单位说明，不对外公开"},
		{generator.Plain.Returned + "/", "退回的报送件，问题已标注"},
		{generator.Plain.Summary + "/", "汇总表和情况通报"},
		{report.WorkbookFile, "全部审核结果"},
		{report.PageFile, "用浏览器打开，一页看清全部情况"},
		{report.JSONFile, "供程序读取"},
		{generator.SumsFile, "全部文件的校验值，用 jixiao verify 核对"},
	} {
		if _, err := os.Stat(filepath.Join(out, line[0])); err == nil {
			fmt.Fprintf(w, "  %s  %s\n", line[0], line[1])
		}
	}
}
