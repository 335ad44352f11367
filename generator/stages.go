package generator

import (
	"context"
	"errors"
	"fmt"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"jixiao/generator/audit"
	"jixiao/generator/extract"
	"jixiao/generator/finding"
	"jixiao/generator/intake"
	"jixiao/generator/publish"
	"jixiao/generator/render"
	"jixiao/generator/report"
	"jixiao/generator/unit"
)

// Unit takes one unit through the five stages. folder is the name of its folder,
// and of its receipt. It may be called by several goroutines for different units.
func (s *Session) Unit(ctx context.Context, p intake.Parcel, folder string) (_ report.Unit, err error) {
	began := time.Now()
	defer func() { err = errors.Join(err, s.readings.letGo(folder)) }()
	verdict, err := s.inHand(ctx, p, folder)
	if err != nil {
		return report.Unit{}, err
	}
	return s.conclude(verdict, folder, began, nil)
}

// conclude makes of a verdict what the unit gets, and publishes it. from is where
// its files came from in a drop folder; nil elsewhere.
func (s *Session) conclude(verdict *unit.Verdict, folder string, began time.Time, from *delivered) (report.Unit, error) {
	slim := verdict.Slim()
	u := report.Unit{Unit: verdict.Record.Submission.Unit, Outcome: verdict.Outcome(), Verdict: slim}
	if s.results == nil {
		s.tell(told{unit: folder, stage: "audit", code: u.Outcome.String(), took: time.Since(began)})
		return u, nil
	}
	receipt, kept, err := s.receipt(slim, folder)
	if err != nil {
		return u, err
	}
	// What its receipt proves is not done again.
	if standing, err := s.standing(receipt); err != nil {
		return u, err
	} else if standing != nil {
		u.Documents = s.documents(standing.Outputs)
		s.tell(told{unit: folder, stage: "publish", code: codeStanding, took: time.Since(began)})
		s.note(folder, u, codeStanding, began)
		return u, nil
	}
	// The templates filled.
	docs, err := s.rendered(verdict, receipt.Folder, from)
	var fault programFault
	if errors.As(err, &fault) {
		s.tell(told{unit: folder, stage: "render", code: codeFault, err: fault})
		verdict = failed(verdict.Record.Submission, fault)
		slim = verdict.Slim()
		u.Outcome, u.Verdict = verdict.Outcome(), slim
		if receipt, kept, err = s.receipt(slim, folder); err != nil {
			return u, err
		}
		// A rerun comes to the verdict before the fault, which this receipt does not prove.
		receipt.Basis = ""
		docs, err = s.rendered(verdict, receipt.Folder, from)
	}
	if err != nil {
		return u, err
	}
	if err := errors.Join(from.describe(receipt, verdict), s.readings.letGo(folder)); err != nil {
		return u, err
	}
	// The documents under their final names, together, and then their receipt.
	receipt.Finished = s.now()
	if !s.job.keeps() {
		kept = nil
	}
	if err := s.results.Publish(publish.Package{Receipt: *receipt, Documents: docs, Verdict: kept}); err != nil {
		return u, err
	}
	outputs := make([]publish.File, len(docs))
	for i, d := range docs {
		outputs[i] = publish.Output(d)
	}
	u.Documents = s.documents(outputs)
	s.tell(told{unit: folder, stage: "publish", code: u.Outcome.String(), took: time.Since(began)})
	s.note(folder, u, codePublished, began)
	return u, nil
}

// documents are published files as the accounts name them.
func (s *Session) documents(outputs []publish.File) []report.Document {
	out := make([]report.Document, len(outputs))
	for i, o := range outputs {
		out[i] = report.Document{Path: s.job.Layout.shown(o.Path), SHA256: o.SHA256}
	}
	return out
}

// read takes a unit through the first three stages: pure functions of what it
// sent, the form and the roster.
func (s *Session) read(ctx context.Context, p intake.Parcel, folder string) (*unit.Verdict, error) {
	// What the files are and that they are whole.
	sub, err := intake.Open(ctx, p, s.taking)
	if err != nil {
		return nil, err
	}
	for _, w := range sub.Workbooks {
		code := "read"
		if w.Book == nil {
			code = "unreadable"
		}
		s.tell(told{unit: folder, file: w.Path, sha: w.SHA256, stage: "intake", code: code})
	}
	return s.judge(sub), nil
}

// judge names and types the values and applies the rules. A fault of the
// program in one unit's data returns that unit and leaves the others unharmed.
func (s *Session) judge(sub *unit.Submission) (verdict *unit.Verdict) {
	defer func() {
		if fault := recover(); fault != nil {
			verdict = failed(sub, programFault{fault, debug.Stack()})
		}
	}()
	// Cells to named, typed values.
	record := extract.Record(sub, s.job.Form.Map.Specs())
	// Rules to findings.
	return audit.Judge(record, s.job.Form, s.job.Roster, s.job.Year)
}

// render renders what a unit gets: its documents when it was accepted, with its
// own workbooks where notices wait for an explanation, else its own workbooks
// marked up, and drafts when they were asked for.
func (s *Session) render(v *unit.Verdict, folder string) (docs []unit.Document, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = programFault{fault, debug.Stack()}
		}
	}()
	if v.Outcome() == unit.Accepted {
		if docs, err = render.Unit(s.job.Form, v, folder); err != nil {
			return nil, err
		}
		marked, err := render.Verify(v, path.Join(folder, VerifyFolder))
		return append(docs, marked...), err
	}
	docs, err = render.Back(v, folder)
	if err != nil || !s.job.Drafts || !v.Record.Recognised() {
		return docs, err
	}
	drafts, err := render.Unit(s.job.Form, v, path.Join(folder, DraftFolder))
	return append(docs, drafts...), err
}

// programFault is a panic that one unit's data brought about.
type programFault struct {
	fault any
	stack []byte
}

// Error says where it happened, for whoever maintains the program. What the data
// was stays out of it: it is written to journals.
func (f programFault) Error() string { return "程序故障：" + firstFrames(f.stack) }

// failed is the verdict on a unit whose data the program could not work with:
// it is returned, and nothing but its own workbooks is made of it.
func failed(sub *unit.Submission, fault programFault) *unit.Verdict {
	f := finding.Finding{Rule: "R-SYS-01", Name: "程序故障", Level: finding.Error,
		Message: fmt.Sprintf("程序处理这个单位的报送件时出错，没有生成文件。请把报送件和这条信息交给维护人员：%v", fault.fault)}
	whole := *sub
	whole.Workbooks = slices.Clone(sub.Workbooks)
	for i := range whole.Workbooks {
		whole.Workbooks[i].Layout = nil
	}
	whole.Findings = append(finding.List{f}, sub.Findings...)
	return &unit.Verdict{Record: &unit.Record{Submission: &whole}, Findings: whole.Findings}
}

// firstFrames keeps where a fault happened and drops the rest of the stack, and
// the arguments, which differ from one time to the next.
func firstFrames(stack []byte) string {
	var frames []string
	for _, line := range strings.Split(string(stack), "\n") {
		if strings.HasPrefix(line, "jixiao/") && len(frames) < 3 {
			if i := strings.LastIndexByte(line, '('); i > 0 {
				line = line[:i]
			}
			frames = append(frames, line)
		}
	}
	return strings.Join(frames, " ← ")
}
