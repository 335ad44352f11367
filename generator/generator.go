package generator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"jixiao/generator/audit"
	"jixiao/generator/extract"
	"jixiao/generator/finding"
	"jixiao/generator/form"
	"jixiao/generator/intake"
	"jixiao/generator/ooxml"
	"jixiao/generator/publish"
	"jixiao/generator/render"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// Names of what a run writes beside the units' documents.
const (
	AcceptedFolder = "单位"
	ReturnedFolder = "退回"
	DraftFolder    = "草稿"
	SummaryFolder  = "汇总"
)

// Job is one pass over an inbox.
type Job struct {
	Form    *form.Form
	Inbox   []string     // folders or single workbooks
	Out     string       // the results folder; "" reads and judges only
	Roster  *unit.Roster // nil: whoever sends is a unit
	Year    string       // of the task; "" takes the year that most workbooks state
	Workers int          // 0: as many as processors
	Drafts  bool         // render the documents of returned units too
	Limits  ooxml.Limits
	Program string // name and version, for run.json

	Passwords *intake.Passwords // of protected workbooks; nil: none are known
	Converter intake.Converter  // for workbooks of before 2007; nil: they are findings
}

// Progress hears of a run while it goes on. Its methods are called by one
// goroutine at a time.
type Progress interface {
	Start(units int)
	Done(u unit.Unit, outcome unit.Outcome, errors, notices int)
}

// ErrEmptyInbox says that there is nothing to do: no workbook came in and no
// roster says who is missing.
var ErrEmptyInbox = errors.New("收件里没有工作簿")

// Run reads, judges and publishes everything in the inbox. A unit's trouble is
// in the report; the error is for trouble with the machine, and stops the run.
func Run(ctx context.Context, job Job, progress Progress) (*report.Run, error) {
	files, skipped, err := scan(job.Inbox)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && job.Roster == nil {
		return nil, ErrEmptyInbox
	}
	taking := intake.Options{
		Map: job.Form.Map, Roster: job.Roster, Limits: job.Limits, Workers: job.Workers,
		Passwords: job.Passwords, Converter: job.Converter,
	}
	parcels, missing, err := intake.Assign(ctx, files, taking)
	if err != nil {
		return nil, err
	}
	r := &runner{job: job, taking: taking, progress: progress, folders: folders(parcels)}
	if job.Out != "" {
		if r.results, err = publish.Open(job.Out); err != nil {
			return nil, err
		}
	}
	run, err := r.run(ctx, parcels, missing, skipped)
	if r.results != nil {
		err = errors.Join(err, r.results.Close())
	}
	return run, err
}

// runner is a run under way.
type runner struct {
	job      Job
	taking   intake.Options
	progress Progress
	results  *publish.Results // nil when only checking
	folders  []string         // of each parcel, below 单位/ or 退回/
}

func (r *runner) run(ctx context.Context, parcels []intake.Parcel, missing []unit.Unit, skipped []string) (*report.Run, error) {
	year := r.job.Year
	units, err := r.units(ctx, parcels, year)
	if err != nil {
		return nil, err
	}
	if year == "" {
		year = commonYear(units)
	}
	run := &report.Run{
		Program: r.job.Program, Form: r.job.Form.Name, FormSHA256: r.job.Form.SHA256, Year: year,
		Units: inRosterOrder(units, missing, r.job.Roster), Skipped: skipped,
	}
	if r.results == nil {
		return run, nil
	}
	run.Kept = r.kept(run)
	return run, r.finish(run)
}

// units takes every parcel through the five stages, several at a time. The
// outcome stands at the parcel's place, whoever was done first.
func (r *runner) units(ctx context.Context, parcels []intake.Parcel, year string) ([]report.Unit, error) {
	r.progress.Start(len(parcels))
	units := make([]report.Unit, len(parcels))
	done := make(chan int)
	told := make(chan struct{})
	go func() {
		defer close(told)
		for i := range done {
			u := units[i]
			r.progress.Done(u.Unit, u.Outcome, u.Verdict.Findings.Count(finding.Error), u.Verdict.Findings.Count(finding.Notice))
		}
	}()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.workers())
	for i, p := range parcels {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			u, err := r.unit(p, r.folders[i], year)
			if err != nil {
				return err
			}
			units[i] = u
			done <- i
			return nil
		})
	}
	err := g.Wait()
	close(done)
	<-told
	return units, err
}

func (r *runner) workers() int {
	if r.job.Workers > 0 {
		return r.job.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// unit takes one unit through the five stages.
func (r *runner) unit(p intake.Parcel, folder, year string) (report.Unit, error) {
	// What the files are and that they are whole.
	sub, err := intake.Open(p, r.taking)
	if err != nil {
		return report.Unit{}, err
	}
	verdict := r.judge(sub, year)
	u := report.Unit{Unit: sub.Unit, Outcome: verdict.Outcome(), Verdict: verdict.Slim()}
	if r.results == nil {
		return u, nil
	}
	// The templates filled.
	home, other := path.Join(AcceptedFolder, folder), path.Join(ReturnedFolder, folder)
	docs, err := r.documents(verdict, home, other)
	var fault programFault
	if errors.As(err, &fault) {
		verdict = failed(sub, fault)
		u.Outcome, u.Verdict = verdict.Outcome(), verdict.Slim()
		docs, err = r.documents(verdict, home, other)
	}
	if err != nil {
		return u, err
	}
	if u.Outcome != unit.Accepted {
		home, other = other, home
	}
	// The documents under their final names, together.
	if err := r.results.Unit(home, other, docs); err != nil {
		return u, err
	}
	u.Documents = hashes(docs)
	return u, nil
}

// judge names and types the values and applies the rules. A fault of the
// program in one unit's data returns that unit and leaves the others unharmed.
func (r *runner) judge(sub *unit.Submission, year string) (verdict *unit.Verdict) {
	defer func() {
		if fault := recover(); fault != nil {
			verdict = failed(sub, programFault{fault, debug.Stack()})
		}
	}()
	// Cells to named, typed values.
	record := extract.Record(sub, r.job.Form.Map.Specs())
	// Rules to findings.
	return audit.Judge(record, r.job.Form, r.job.Roster, year)
}

// programFault is a panic that one unit's data brought about.
type programFault struct {
	fault any
	stack []byte
}

// Error says what happened and where, for whoever maintains the program.
func (f programFault) Error() string {
	return fmt.Sprintf("程序故障（%v）：%s", f.fault, firstFrames(f.stack))
}

// failed is the verdict on a unit whose data the program could not work with:
// it is returned, and nothing but its own workbooks is made of it.
func failed(sub *unit.Submission, fault programFault) *unit.Verdict {
	f := finding.Finding{Rule: "R-SYS-01", Name: "程序故障", Level: finding.Error,
		Message: fmt.Sprintf("程序处理这个单位的报送件时出错，没有生成文件。请把报送件和这条信息交给维护人员：%v", fault)}
	whole := *sub
	whole.Workbooks = slices.Clone(sub.Workbooks)
	for i := range whole.Workbooks {
		whole.Workbooks[i].Layout = nil
	}
	whole.Findings = append(finding.List{f}, sub.Findings...)
	return &unit.Verdict{Record: &unit.Record{Submission: &whole}, Findings: whole.Findings}
}

// firstFrames keeps where a fault happened and drops the rest of the stack.
func firstFrames(stack []byte) string {
	var frames []string
	for _, line := range strings.Split(string(stack), "\n") {
		if strings.HasPrefix(line, "jixiao/") && len(frames) < 3 {
			frames = append(frames, line)
		}
	}
	return strings.Join(frames, " ← ")
}

// documents renders what a unit gets: its documents when it was accepted, else
// its own workbooks marked up, and drafts when they were asked for.
func (r *runner) documents(v *unit.Verdict, home, back string) (docs []unit.Document, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = programFault{fault, debug.Stack()}
		}
	}()
	if v.Outcome() == unit.Accepted {
		return render.Unit(r.job.Form, v, home)
	}
	docs, err = render.Back(v, back)
	if err != nil || !r.job.Drafts || !v.Record.Recognised() {
		return docs, err
	}
	drafts, err := render.Unit(r.job.Form, v, path.Join(back, DraftFolder))
	return append(docs, drafts...), err
}

// finish writes what is made of all units together, and last run.json.
func (r *runner) finish(run *report.Run) error {
	totals := render.Totals{Year: run.Year}
	for _, u := range run.Units {
		if u.Verdict == nil {
			totals.Missing = append(totals.Missing, u.Unit)
		} else {
			totals.Verdicts = append(totals.Verdicts, u.Verdict)
		}
	}
	docs, err := render.Summary(r.job.Form, totals, SummaryFolder)
	if err != nil {
		return err
	}
	if err := r.results.Unit(SummaryFolder, "", docs); err != nil {
		return err
	}
	run.Documents = hashes(docs)
	book, err := report.Findings(run)
	if err != nil {
		return fmt.Errorf("编制%s：%w", report.WorkbookFile, err)
	}
	page, err := report.HTML(run)
	if err != nil {
		return fmt.Errorf("编制%s：%w", report.PageFile, err)
	}
	record, err := report.JSON(run)
	if err != nil {
		return fmt.Errorf("编制%s：%w", report.JSONFile, err)
	}
	for _, d := range []unit.Document{{Path: report.WorkbookFile, Data: book}, {Path: report.PageFile, Data: page}, {Path: report.JSONFile, Data: record}} {
		if err := r.results.File(d); err != nil {
			return err
		}
	}
	return nil
}

// kept lists the unit folders of an earlier run that this one had nothing for:
// they stay, and whoever started the run is told.
func (r *runner) kept(run *report.Run) []string {
	now := map[string]bool{}
	for _, u := range run.Units {
		for _, outcome := range []string{AcceptedFolder, ReturnedFolder} {
			now[path.Join(outcome, unit.SafeName(u.Unit.Name))] = true
		}
		for _, d := range u.Documents {
			now[unitFolder(d.Path)] = true
		}
	}
	var kept []string
	for _, p := range r.results.Earlier() {
		if f := unitFolder(p); f != "" && !now[f] && !slices.Contains(kept, f) {
			kept = append(kept, f)
		}
	}
	slices.Sort(kept)
	return kept
}

// unitFolder is the folder of a unit's document: 单位/某局; "" for any other path.
func unitFolder(p string) string {
	parts := strings.Split(path.Clean(p), "/")
	if len(parts) < 3 || parts[0] != AcceptedFolder && parts[0] != ReturnedFolder {
		return ""
	}
	return path.Join(parts[0], parts[1])
}

func hashes(docs []unit.Document) []report.Document {
	out := make([]report.Document, len(docs))
	for i, d := range docs {
		sum := sha256.Sum256(d.Data)
		out[i] = report.Document{Path: d.Path, SHA256: hex.EncodeToString(sum[:])}
	}
	return out
}
