package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"
	_ "time/tzdata" // a server without a zone database knows Asia/Shanghai too

	"github.com/urfave/cli/v2"

	"jixiao/generator"
	"jixiao/generator/ledger"
	"jixiao/generator/notify"
	"jixiao/generator/report"
	"jixiao/generator/schedule"
	"jixiao/generator/unit"
)

func scheduleCommand() *cli.Command {
	return &cli.Command{
		Name:      "schedule",
		Usage:     "夜间批次：每天到点把投放文件夹里的报送件办完，更新汇总",
		UsageText: "jixiao schedule --root 文件夹 --at 02:00 [选项]",
		Description: "关机错过的，开机后补一次，错过多少次都只补一次。办到了哪一天记在 .jixiao/schedule.json。\n" +
			"不写 --once 和 --date 时一直守着，按 Ctrl-C 停止；失败了 10 分钟后再试。\n" +
			"--once 给 cron、systemd timer 和计划任务用：到点了就办，办过了就什么都不做。\n" +
			"退出码：0 全部通过或没有到点；3 有单位退回或未报；75 另一个 jixiao 正在办；其余见 jixiao --help。",
		Flags: append(append(dropFlags(),
			&cli.StringFlag{Name: "at", Usage: "每天的`时刻`，例如 02:00"},
			&cli.StringFlag{Name: "zone", Value: "Asia/Shanghai", Usage: "时刻所在的`时区`，例如 Asia/Shanghai、UTC"},
			&cli.StringFlag{Name: "date", Usage: "马上办这一`天`的批次，例如 2026-11-23，不管有没有到点、办没办过"},
			&cli.BoolFlag{Name: "once", DisableDefaultText: true, Usage: "到点了就办一次，然后结束"},
		), notifyFlags()...),
		Action:             scheduled,
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

func scheduled(c *cli.Context) (err error) {
	night, date, err := timing(c)
	if err != nil {
		return err
	}
	job, err := dropJob(c) // what is wrong with the options is told now, not at night
	if err != nil {
		return err
	}
	if c.Duration("deadline") <= 0 {
		return usageError{"--deadline 要写大于 0 的时间，例如 1m"}
	}
	log, err := openLog(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.close()) }()
	told, err := openNotices(c, job.Out, log.logger)
	if err != nil {
		return err
	}
	var ended error // of the last run, also when it finished with returned units
	loop := &schedule.Loop{
		Nightly: night, Root: job.Out, Now: time.Now,
		Run: func(ctx context.Context, d schedule.Date) error {
			told.start(ctx, string(d))
			fill, err := worked(ctx, c, log)
			told.finish(ctx, err, fill)
			if ended = err; errors.Is(err, errReturned) {
				return nil
			}
			return err
		},
		Tell: func(e schedule.Event) { tellSchedule(c.App.ErrWriter, log, night, e) },
	}
	switch {
	case date != "":
		err = loop.For(c.Context, date)
	case c.Bool("once"):
		_, err = loop.Once(c.Context)
	default:
		return explain(loop.Serve(c.Context), job)
	}
	if err != nil {
		return explain(err, job)
	}
	return ended
}

// timing reads --at, --zone and --date.
func timing(c *cli.Context) (n schedule.Nightly, date schedule.Date, err error) {
	zone, err := time.LoadLocation(c.String("zone"))
	if err != nil || c.String("zone") == "" || c.String("zone") == "Local" {
		return n, "", usageError{fmt.Sprintf("--zone %s 不是时区，请写 Asia/Shanghai、UTC 这样的名称", c.String("zone"))}
	}
	ok := true
	if text := c.String("date"); text != "" {
		if date, ok = schedule.ParseDate(text); !ok {
			return n, "", usageError{fmt.Sprintf("--date %s 不是日期，请写 2026-11-23 这样的日期", text)}
		}
	}
	at := c.String("at")
	if at == "" {
		return n, "", usageError{"没有写每天几点。例如：jixiao schedule --root 投放 --at 02:00"}
	}
	if n, ok = schedule.ParseAt(at, zone); !ok {
		return n, "", usageError{fmt.Sprintf("--at %s 不是时刻，请写 02:00 这样的时刻", at)}
	}
	return n, date, nil
}

// worked works off the drop folder once. Form, roster and passwords are read
// anew: between two nights people change them.
func worked(ctx context.Context, c *cli.Context, log logging) (func(*notify.Report), error) {
	job, err := dropJob(c)
	if err != nil {
		return nil, err
	}
	job.Log = log.logger
	tally := &dropTally{out: c.App.Writer, err: log.progress(c.App.ErrWriter)}
	drop, err := generator.OpenDrop(job, generator.DropOptions{Deadline: c.Duration("deadline"), Tell: tally.tell})
	if err != nil {
		return nil, explainDrop(err, job)
	}
	if err := errors.Join(drop.Pass(ctx), drop.Close()); err != nil {
		return nil, explain(err, job)
	}
	// What became of everything, not only of what came in tonight.
	l, err := ledger.Open(ctx, job.Out, false)
	if err != nil {
		return nil, explain(fmt.Errorf("打开 %s 的台账：%w", job.Out, err), job)
	}
	units, err := l.Units(ctx)
	if err = errors.Join(err, l.Close()); err != nil {
		return nil, explain(fmt.Errorf("读取台账：%w", err), job)
	}
	s := standing{Root: job.Out, Units: units, Counts: map[string]int{}}
	for _, u := range units {
		s.Counts[u.Outcome]++
	}
	s.absentOf(job.Roster)
	if s.Waiting, err = lookWaiting(job.Out, time.Now()); err != nil {
		return nil, explain(fmt.Errorf("查看收件：%w", err), job)
	}
	fmt.Fprintf(c.App.Writer, "共%d家报送：通过%d家，退回%d家；未报%d家\n", len(units), s.Counts[unit.Accepted.String()], s.Counts[unit.Returned.String()], len(s.Missing))
	fill := func(r *notify.Report) { s.tell(r, job) }
	if s.Counts[unit.Returned.String()]+len(s.Missing) > 0 {
		return fill, errReturned
	}
	return fill, nil
}

// tell fills in what stands in the drop folder now.
func (s *standing) tell(r *notify.Report, job generator.Job) {
	r.Form, r.Year = job.Form.Name, job.Year
	r.Accepted, r.Returned, r.Missing = s.Counts[unit.Accepted.String()], s.Counts[unit.Returned.String()], len(s.Missing)
	for _, u := range s.Units {
		r.Errors, r.Notices, r.Unjudged = r.Errors+u.Errors, r.Notices+u.Notices, r.Unjudged+u.Unjudged
		if u.Outcome == unit.Returned.String() && len(r.ReturnedUnits) < notify.Listed {
			r.ReturnedUnits = append(r.ReturnedUnits, notify.Unit{Code: u.Code, Name: u.Unit, Errors: u.Errors})
		}
	}
	if w := s.Waiting; w != nil {
		r.Inbox = &notify.Inbox{Waiting: w.Files, OldestAge: w.Seconds, Claimed: w.Claimed}
	}
	r.Page = pageIn(r.Folder, path.Join(generator.DropFolder.Reports, report.PageFile))
}

// tellSchedule shows what the loop does, a line each.
func tellSchedule(w io.Writer, log logging, night schedule.Nightly, e schedule.Event) {
	text := ""
	switch e.Kind {
	case schedule.Waiting:
		text = fmt.Sprintf("下一次：%s 的批次，%s（%s）", e.Date, e.Due.Format("2006-01-02 15:04"), night.Zone)
	case schedule.Starting:
		text = fmt.Sprintf("开始 %s 的批次", e.Date)
		if e.Missed > 0 {
			text += fmt.Sprintf("（前面错过的%d天一并补上）", e.Missed)
		}
	case schedule.Done:
		text = fmt.Sprintf("%s 的批次办完了", e.Date)
	case schedule.Failed:
		text = fmt.Sprintf("没有办成，10 分钟后再试：%v", e.Err)
	case schedule.Held:
		text = "另一个 jixiao 正在办这个文件夹，等它结束"
	}
	fmt.Fprintln(log.progress(w), text)
	if log.logger != nil {
		log.logger.Info(text, "stage", "schedule")
	}
}
