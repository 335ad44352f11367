package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"jixiao/generator/unit"
)

// progress shows a run on the terminal: a bar where someone is watching, a line
// a unit where the output goes to a file or a journal.
type progress struct {
	w     io.Writer
	bar   *progressbar.ProgressBar // nil without a terminal
	fancy bool
	total int
	done  int
}

func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, fancy: ok && term.IsTerminal(int(f.Fd()))}
}

// Start is told how many units there are.
func (p *progress) Start(units int) {
	p.total = units
	if p.fancy && units > 0 {
		p.bar = progressbar.NewOptions(units, progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription("审核"),
			progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
	}
}

// Done is told of each unit when it is finished.
func (p *progress) Done(u unit.Unit, outcome unit.Outcome, errors, notices int) {
	p.done++
	if p.bar != nil {
		// A terminal that cannot be written to must not stop the run.
		_ = p.bar.Add(1)
		return
	}
	fmt.Fprintf(p.w, "[%d/%d] %s %s", p.done, p.total, outcome.Chinese(), u.Name)
	if errors+notices > 0 {
		fmt.Fprintf(p.w, "（错误%d 提示%d）", errors, notices)
	}
	fmt.Fprintln(p.w)
}

// close takes the bar off the terminal.
func (p *progress) close() {
	if p.bar != nil {
		_ = p.bar.Finish() // the run's own result is what counts
	}
}
