package notify

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// writeMetrics replaces the file for node_exporter's textfile collector, whole or
// not at all. The time of the last success stays what it was until there is
// another: that is what alarms are set on. A run that only begins changes nothing
// but when the last one began.
func writeMetrics(name string, r Report, ended bool) (err error) {
	old, err := oldMetrics(name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	label := fmt.Sprintf(`command="%s",folder="%s"`, r.Command, labelValue(r.Folder))
	gauge := func(name, help string, values ...sample) {
		fmt.Fprintf(&b, "# HELP jixiao_%s %s\n# TYPE jixiao_%s gauge\n", name, help, name)
		for _, v := range values {
			l := label
			if v.label != "" {
				l += "," + v.label
			}
			fmt.Fprintf(&b, "jixiao_%s{%s} %s\n", name, l, v.value)
		}
	}
	gauge("last_start_seconds", "When the last run began, Unix time.", at(r.Started))
	success := old["last_success_seconds"]
	if ended && r.Finished {
		success = []sample{at(r.Ended)}
	}
	if len(success) > 0 {
		gauge("last_success_seconds", "When a run last went to its end, Unix time.", success...)
	}
	if !ended {
		for _, name := range lasting {
			if len(old[name]) > 0 {
				gauge(name, helpOf[name], old[name]...)
			}
		}
		return replace(name, b.Bytes())
	}
	values := map[string][]sample{
		"last_end_seconds": {at(r.Ended)},
		"duration_seconds": {{"", strconv.FormatFloat(max(0, r.Ended.Sub(r.Started).Seconds()), 'f', 3, 64)}},
		"exit_code":        {number("", r.ExitCode)},
	}
	if r.Finished {
		values["units"] = []sample{number(`outcome="accepted"`, r.Accepted), number(`outcome="returned"`, r.Returned), number(`outcome="missing"`, r.Missing)}
		values["findings"] = []sample{number(`level="error"`, r.Errors), number(`level="notice"`, r.Notices), number(`level="unjudged"`, r.Unjudged)}
	} else {
		values["units"], values["findings"] = old["units"], old["findings"]
	}
	if r.Inbox != nil {
		values["inbox_waiting_files"] = []sample{number("", r.Inbox.Waiting)}
		values["inbox_oldest_age_seconds"] = []sample{number("", int(r.Inbox.OldestAge))}
		values["work_files"] = []sample{number("", r.Inbox.Claimed)}
	}
	for _, name := range lasting {
		if len(values[name]) > 0 {
			gauge(name, helpOf[name], values[name]...)
		}
	}
	return replace(name, b.Bytes())
}

// lasting are the gauges that stay as they are while a run is under way.
var lasting = []string{"last_end_seconds", "duration_seconds", "exit_code", "units", "findings", "inbox_waiting_files", "inbox_oldest_age_seconds", "work_files"}

var helpOf = map[string]string{
	"last_end_seconds":         "When the last run ended, however it did, Unix time.",
	"duration_seconds":         "How long the last run took.",
	"exit_code":                "Exit code of the last run: 0 all accepted, 3 some returned or missing, anything else a failure.",
	"units":                    "Units by outcome, of the last run that went to its end.",
	"findings":                 "Findings by level, of the last run that went to its end.",
	"inbox_waiting_files":      "Files that wait in the drop folder.",
	"inbox_oldest_age_seconds": "How long the oldest file has been waiting in the drop folder.",
	"work_files":               "Files that are being worked on, or were left by a process that died.",
}

// sample is one value with what labels it besides command and folder.
type sample struct{ label, value string }

func number(label string, n int) sample { return sample{label, strconv.Itoa(n)} }
func at(t time.Time) sample {
	return sample{"", strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64)}
}

// oldMetrics reads what the file says now, by name without prefix; nothing from a
// file that is not there or is not ours.
func oldMetrics(name string) (map[string][]sample, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	old := map[string][]sample{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		// A label's value may hold "} " itself: the value stands after the last.
		metric, rest, ok := strings.Cut(lines.Text(), "{")
		end := strings.LastIndex(rest, "} ")
		short, ours := strings.CutPrefix(metric, "jixiao_")
		if !ok || end < 0 || !ours {
			continue
		}
		if _, err := strconv.ParseFloat(rest[end+2:], 64); err != nil {
			continue
		}
		label := ""
		for _, own := range []string{`outcome="`, `level="`} {
			if i := strings.LastIndex(rest[:end], ","+own); i >= 0 {
				label = rest[i+1 : end]
			}
		}
		old[short] = append(old[short], sample{label, rest[end+2:]})
	}
	return old, nil // a line too long for the scanner is none of ours
}

// labelValue is a text as the exposition format has it between quotes.
func labelValue(s string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(s, "\ufffd"))
}

// replace writes beside the file and renames, so that the collector never reads half of it.
func replace(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // the collector reads *.prom only
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	// The collector runs as somebody else. Where files have no such modes, it cannot fail to matter.
	if err := errors.Join(f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}
