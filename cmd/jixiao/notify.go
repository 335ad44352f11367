package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"jixiao/generator/finding"
	"jixiao/generator/notify"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// notifyFlags say who is told how a run ended. What holds a password can be
// given by the environment, where a list of processes does not show it.
func notifyFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "metrics", Usage: "把监控指标写到`文件`（.prom），供 node_exporter 的 textfile 收集"},
		&cli.StringSliceFlag{Name: "mail-to", Usage: "结束后把摘要发到这个`邮箱`；可以写多次"},
		&cli.StringFlag{Name: "mail-from", Usage: "发件人`邮箱`；不写则用邮件服务器的用户"},
		&cli.StringFlag{Name: "smtp", EnvVars: []string{"JIXIAO_SMTP"}, Usage: "邮件`服务器`：smtp://用户:密码@主机:587 或 smtps://用户:密码@主机:465"},
		&cli.StringFlag{Name: "webhook", EnvVars: []string{"JIXIAO_WEBHOOK"}, Usage: "结束后把结果以 JSON POST 到这个`网址`"},
		&cli.StringFlag{Name: "ping", EnvVars: []string{"JIXIAO_PING"}, Usage: "开始时访问`网址`/start，结束时访问 网址/退出码；没有按时来就报警的服务用"},
	}
}

// notices tells others about one command's runs.
type notices struct {
	targets notify.Targets
	report  notify.Report
	stderr  io.Writer
	log     *slog.Logger
}

// openNotices reads the options of notifyFlags.
func openNotices(c *cli.Context, folder string, log *slog.Logger) (*notices, error) {
	n := &notices{stderr: c.App.ErrWriter, log: log}
	n.targets = notify.Targets{Metrics: c.String("metrics"), Webhook: c.String("webhook"), Ping: c.String("ping")}
	for _, name := range []string{"webhook", "ping"} {
		if address := c.String(name); address != "" {
			if err := notify.CheckAddress(address); err != nil {
				return nil, usageError{fmt.Sprintf("--%s 不对：%v", name, err)}
			}
		}
	}
	to := c.StringSlice("mail-to")
	switch {
	case len(to) > 0 && c.String("smtp") == "":
		return nil, usageError{"写了 --mail-to，没有写邮件服务器：请加 --smtp，或设置环境变量 JIXIAO_SMTP"}
	case len(to) > 0:
		m, err := notify.ParseMail(c.String("smtp"), c.String("mail-from"), to)
		if err != nil {
			return nil, usageError{fmt.Sprintf("发不了邮件：%v", err)}
		}
		n.targets.Mail = m
	case c.IsSet("mail-from") || c.IsSet("smtp") && os.Getenv("JIXIAO_SMTP") == "":
		return nil, usageError{"没有写摘要发给谁：请加 --mail-to"}
	}
	if full, err := filepath.Abs(folder); err == nil {
		folder = full
	}
	n.report = notify.Report{Version: 1, Command: c.Command.Name, Folder: folder, ReturnedUnits: []notify.Unit{}}
	n.report.Host, _ = os.Hostname() // a machine without a name has an empty one
	return n, nil
}

// start tells that a run begins.
func (n *notices) start(ctx context.Context, date string) {
	n.report.Started, n.report.Date = time.Now(), date
	n.warn(n.targets.Start(ctx, n.report))
}

// finish tells how a run ended; err is what the command would end with. It
// changes nothing about that.
func (n *notices) finish(ctx context.Context, err error, fill func(*notify.Report)) {
	r := n.report
	r.Ended, r.ExitCode = time.Now(), codeOf(ctx, err)
	r.Finished = r.ExitCode == exitAccepted || r.ExitCode == exitReturned
	if r.Finished {
		fill(&r)
	} else {
		r.Trouble = err.Error()
	}
	n.warn(n.targets.Finish(ctx, r))
}

// pulseEvery is how often a watch that is well says so.
const pulseEvery = time.Minute

// pulse tells a dead-man's switch that a watch looks into its inbox. It never
// keeps the watch waiting.
type pulse struct {
	told  *notices
	every time.Duration

	mu   sync.Mutex
	last time.Time
	well bool
	busy bool
	mute bool // the last one did not arrive, which has been told
}

// looked hears of every look at the inbox; err is what was in the way.
func (p *pulse) looked(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.busy || time.Since(p.last) < p.every && p.well == (err == nil) {
		return
	}
	p.last, p.well, p.busy = time.Now(), err == nil, true
	go func() {
		errs := p.told.targets.Pulse(context.Background(), err == nil)
		p.mu.Lock()
		defer p.mu.Unlock()
		if !p.mute {
			p.told.warn(errs)
		}
		p.busy, p.mute = false, len(errs) > 0
	}()
}

func (n *notices) warn(errs []error) {
	for _, err := range errs {
		fmt.Fprintf(n.stderr, "注意：%v（不影响成果）\n", err)
		if n.log != nil {
			n.log.Warn(err.Error(), "stage", "notify", "code", "untold")
		}
	}
}

// tellRun fills in what became of a run's units.
func tellRun(run *report.Run) func(*notify.Report) {
	return func(r *notify.Report) {
		s := run.Summary()
		r.Form, r.Year = run.Form, run.Year
		r.Accepted, r.Returned, r.Missing = s.Accepted, s.Returned, s.Missing
		r.Errors, r.Notices, r.Unjudged = s.Errors, s.Notices, s.Unjudged
		for _, u := range run.Units {
			if u.Outcome == unit.Returned && len(r.ReturnedUnits) < notify.Listed {
				r.ReturnedUnits = append(r.ReturnedUnits, notify.Unit{Code: u.Unit.Code, Name: u.Unit.Name, Errors: u.Verdict.Findings.Count(finding.Error)})
			}
		}
		r.Page = pageIn(r.Folder, report.PageFile)
	}
}

// pageIn is the path of the page for people; "" when it is not there.
func pageIn(folder, name string) string {
	page := filepath.Join(folder, filepath.FromSlash(name))
	if _, err := os.Stat(page); err != nil {
		return ""
	}
	return page
}
