package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"jixiao/generator"
	"jixiao/generator/intake"
	"jixiao/generator/ledger"
	"jixiao/generator/ooxml"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

func statusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "看台账：谁通过、谁退回、谁未报，一个单位的来龙去脉，等得最久的文件",
		UsageText: "jixiao status --root 投放文件夹 | --out 成果 [选项] [单位]",
		Description: "单位可以写名称（或其中几个字）、编码，或它报来的文件名、文件的 SHA-256（至少前 8 位）。\n" +
			"台账 .jixiao/ledger.db 只是索引，随时可以按回执重新生成；坏了、丢了都不要紧。",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "root", Usage: "投放`文件夹`，里面有 收件、成果、退回、归档"},
			&cli.StringFlag{Name: "out", Usage: "成果`文件夹`，即 jixiao run 的 --out"},
			&cli.StringFlag{Name: "roster", Usage: "单位名册`文件`；有名册才知道谁未报"},
			&cli.BoolFlag{Name: "rebuild", DisableDefaultText: true, Usage: "先按回执重新生成台账"},
			&cli.BoolFlag{Name: "json", DisableDefaultText: true, Usage: "输出 JSON，供程序读取"},
		},
		Action:             status,
		OnUsageError:       wrongUsage,
		CustomHelpTemplate: commandHelp,
	}
}

// standing is what status tells of all units; it is also the JSON.
type standing struct {
	Version int              `json:"version"`
	Root    string           `json:"root"`
	Counts  map[string]int   `json:"counts"` // by outcome
	Units   []ledger.Unit    `json:"units"`
	Missing []missingUnit    `json:"missing"` // of the roster; empty without one
	Waiting *waiting         `json:"waiting"` // null for what is no drop folder
	LastRun *ledger.Run      `json:"last_run"`
	Notices []string         `json:"notices"`
	History [][]ledger.Event `json:"history,omitempty"` // of the units asked for
}

type missingUnit struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// waiting is what has come in and is not worked off yet.
type waiting struct {
	Files   int    `json:"files"`
	Oldest  string `json:"oldest"` // below 收件; "" when nothing waits
	Since   string `json:"since"`  // when it was written; RFC 3339
	Seconds int64  `json:"oldest_age_seconds"`
	Claimed int    `json:"claimed"` // in 处理中
}

func status(c *cli.Context) (err error) {
	root := c.String("root")
	switch {
	case root != "" && c.String("out") != "":
		return usageError{"--root 和 --out 只写一个"}
	case root == "" && c.String("out") == "":
		return usageError{"没有写看哪里。例如：jixiao status --root 投放文件夹，或 jixiao status --out 成果"}
	case root == "":
		root = c.String("out")
	}
	if c.NArg() > 1 {
		return usageError{fmt.Sprintf("多出了“%s”：一次只看一个单位，选项要写在单位前面", c.Args().Get(1))}
	}
	if info, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return usageError{fmt.Sprintf("文件夹 %s 不存在，请检查路径", root)}
	}
	s := standing{Version: 1, Root: root, Counts: map[string]int{}, Missing: []missingUnit{}}
	l, err := ledger.Open(c.Context, root, c.Bool("rebuild"))
	if errors.Is(err, ledger.ErrNoResults) {
		return usageError{fmt.Sprintf("%s %v：里面没有 .jixiao", root, err)}
	}
	if err != nil {
		return explain(fmt.Errorf("打开 %s 的台账：%w", root, err), noJob)
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if s.Units, err = l.Units(c.Context); err != nil {
		return fmt.Errorf("读取台账：%w", err)
	}
	if s.LastRun, err = l.LastRun(c.Context); err != nil {
		return fmt.Errorf("读取台账：%w", err)
	}
	s.Notices = append([]string{}, l.Notices...)
	for _, u := range s.Units {
		s.Counts[u.Outcome]++
	}
	if name := c.String("roster"); name != "" {
		if err := s.absent(name); err != nil {
			return err
		}
	}
	if s.Waiting, err = lookWaiting(root, time.Now()); err != nil {
		return explain(fmt.Errorf("查看收件：%w", err), noJob)
	}
	if word := c.Args().First(); word != "" {
		if err := s.history(c, l, word); err != nil {
			return err
		}
	}
	w := c.App.Writer
	if c.Bool("json") {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(s)
	}
	for _, n := range s.Notices {
		fmt.Fprintf(c.App.ErrWriter, "注意：%s\n", n)
	}
	if s.History != nil {
		return showHistory(w, s.History)
	}
	return s.show(w)
}

// absent finds the units of the roster that have sent nothing.
func (s *standing) absent(name string) error {
	roster, err := intake.ReadRoster(name, ooxml.DefaultLimits())
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{fmt.Sprintf("单位名册 %s 不存在，请检查路径", name)}
	}
	if err != nil {
		return err
	}
	s.absentOf(roster)
	return nil
}

func (s *standing) absentOf(roster *unit.Roster) {
	if roster == nil {
		return
	}
	codes, names := map[string]bool{}, map[string]bool{} // names of units without a code
	for _, u := range s.Units {
		if codes[u.Code] = true; u.Code == "" {
			names[u.Unit] = true
		}
	}
	for _, u := range roster.Units {
		if came := u.Code != "" && codes[u.Code] || names[u.Name]; !came {
			s.Missing = append(s.Missing, missingUnit{u.Code, u.Name})
		}
	}
	s.Counts[unit.Missing.String()] = len(s.Missing)
}

func (s *standing) history(c *cli.Context, l *ledger.Ledger, word string) error {
	names, err := l.Find(c.Context, word)
	if err != nil {
		return fmt.Errorf("读取台账：%w", err)
	}
	if len(names) == 0 {
		return usageError{fmt.Sprintf("台账里没有“%s”：没有这个单位，也没有这个文件。不写单位可以看到全部单位", word)}
	}
	for _, name := range names {
		events, err := l.History(c.Context, name)
		if err != nil {
			return fmt.Errorf("读取台账：%w", err)
		}
		s.History = append(s.History, events)
	}
	return nil
}

// lookWaiting looks into the inbox of a drop folder; nil for what is none. A
// clock that went back does not make a file wait less than no time.
func lookWaiting(root string, now time.Time) (*waiting, error) {
	inbox := filepath.Join(root, generator.InboxFolder)
	if _, err := os.Stat(inbox); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	files, _, err := intake.Scan(inbox, ooxml.DefaultLimits())
	if err != nil {
		return nil, err
	}
	w := &waiting{Files: len(files)}
	var oldest time.Time
	for _, f := range files {
		info, err := os.Stat(f.Path)
		if err != nil {
			continue // taken meanwhile
		}
		if t := info.ModTime(); w.Oldest == "" || t.Before(oldest) {
			oldest, w.Oldest, w.Since = t, f.Name, t.Format(time.RFC3339)
			w.Seconds = max(0, int64(now.Sub(t).Seconds()))
		}
	}
	err = filepath.WalkDir(filepath.Join(root, generator.ClaimsFolder), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasPrefix(d.Name(), ".") {
			w.Claimed++
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // worked off meanwhile
		}
		return err
	})
	return w, err
}

// show is the account for people.
func (s *standing) show(w io.Writer) error {
	fmt.Fprintf(w, "共%d家报送：通过%d家，退回%d家", len(s.Units), s.Counts[unit.Accepted.String()], s.Counts[unit.Returned.String()])
	if _, ok := s.Counts[unit.Missing.String()]; ok {
		fmt.Fprintf(w, "；未报%d家", len(s.Missing))
	}
	fmt.Fprintln(w)
	var rows [][]string
	for _, outcome := range []unit.Outcome{unit.Returned, unit.Missing, unit.Accepted} {
		for _, u := range s.Units {
			if u.Outcome == outcome.String() {
				rows = append(rows, []string{u.Code, u.Unit, outcome.Chinese(), shortTime(u.Finished), strconv.Itoa(u.Errors), strconv.Itoa(u.Notices), strconv.Itoa(u.Unjudged)})
			}
		}
		if outcome == unit.Missing {
			for _, m := range s.Missing {
				rows = append(rows, []string{m.Code, m.Name, outcome.Chinese(), "", "", "", ""})
			}
		}
	}
	if len(rows) > 0 {
		fmt.Fprintln(w)
		if err := report.Columns(w, []string{"单位编码", "单位名称", "结果", "时间", "错误", "提示", "未判"}, 4, rows); err != nil {
			return err
		}
	}
	if s.Waiting != nil {
		fmt.Fprintf(w, "\n收件里等着的文件：%d个", s.Waiting.Files)
		if s.Waiting.Oldest != "" {
			fmt.Fprintf(w, "，等得最久的是 %s（%s，已等%s）", s.Waiting.Oldest, shortTime(s.Waiting.Since), span(time.Duration(s.Waiting.Seconds)*time.Second))
		}
		fmt.Fprintf(w, "；正在处理：%d个\n", s.Waiting.Claimed)
	}
	if r := s.LastRun; r != nil {
		fmt.Fprintf(w, "\n最近一次运行：%s 至 %s，%s", shortTime(r.Started), shortTime(r.Ended), resultWord(r.Result))
		if r.Shard != "" {
			fmt.Fprintf(w, "，分片 %s", r.Shard)
		}
		if r.Error != "" {
			fmt.Fprintf(w, "（%s）", r.Error)
		}
		fmt.Fprintf(w, "；通过%d家，退回%d家，未报%d家，其中新生成%d家\n", r.Accepted, r.Returned, r.Missing, r.Published)
	}
	return nil
}

// showHistory tells what became of each of the units, the newest first.
func showHistory(w io.Writer, units [][]ledger.Event) error {
	for i, events := range units {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s %s\n", events[0].Unit.Unit, events[0].Code)
		for _, e := range events {
			outcome := unit.Returned
			if e.Outcome == unit.Accepted.String() {
				outcome = unit.Accepted
			}
			stands := ""
			if !e.Current {
				stands = "，已被后来的取代"
			}
			fmt.Fprintf(w, "\n%s  %s%s（%s，%s；错误%d 提示%d 未判%d）\n", shortTime(e.Finished), outcome.Chinese(), stands, e.Form, e.Program, e.Errors, e.Notices, e.Unjudged)
			for _, f := range e.Inputs {
				fmt.Fprintf(w, "  报送件 %s  %.8s\n", f.Path, f.SHA256)
			}
			for _, f := range e.Documents {
				fmt.Fprintf(w, "  文件   %s  %.8s\n", f.Path, f.SHA256)
			}
			var rows [][]string
			for _, f := range e.Findings {
				rows = append(rows, []string{"  " + levelWord(f.Level), f.Rule, f.Name, f.Sheet, f.Cell})
			}
			if len(rows) > 0 {
				if err := report.Columns(w, []string{"  级别", "编号", "名称", "工作表", "单元格"}, 5, rows); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// levelWord is a level of a receipt in Chinese.
func levelWord(level string) string {
	if word, ok := map[string]string{"error": "错误", "notice": "提示", "unjudged": "未判"}[level]; ok {
		return word
	}
	return level
}

// resultWord is how a run ended, in Chinese.
func resultWord(result string) string {
	if word, ok := map[string]string{"finished": "完成", "interrupted": "被中断", "too_many_returned": "退回太多，已停下", "failed": "失败"}[result]; ok {
		return word
	}
	return "失败：" + result
}

// shortTime is a time of a receipt as a clerk reads it, in the zone in which it was written.
func shortTime(rfc3339 string) string {
	t, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		return rfc3339
	}
	return t.Format("2006-01-02 15:04")
}

// span is a length of time in its two largest units.
func span(d time.Duration) string {
	switch minutes := int(d.Minutes()); {
	case minutes >= 24*60:
		return fmt.Sprintf("%d天%d小时", minutes/(24*60), minutes/60%24)
	case minutes >= 60:
		return fmt.Sprintf("%d小时%d分钟", minutes/60, minutes%60)
	default:
		return fmt.Sprintf("%d分钟", minutes)
	}
}
