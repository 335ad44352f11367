package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// recipe reads one file of deploy/.
func recipe(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(name, "windows/") {
		return string(data)
	}
	// The Task Scheduler reads what it exports itself: UTF-16 with a byte order mark.
	if !bytes.HasPrefix(data, []byte{0xff, 0xfe}) || len(data)%2 != 0 {
		t.Fatalf("%s is not UTF-16", name)
	}
	units := make([]uint16, 0, len(data)/2)
	for i := 2; i < len(data); i += 2 {
		units = append(units, uint16(data[i])|uint16(data[i+1])<<8)
	}
	return string(utf16.Decode(units))
}

var recipes = map[string]int{ // with how often they call jixiao
	"systemd/jixiao-watch.service": 1, "systemd/jixiao-night.service": 1, "cron/jixiao": 1,
	"windows/jixiao-night.xml": 1, "windows/jixiao-watch.xml": 1,
	"kubernetes/indexed-job.yaml": 1, "kubernetes/merge.yaml": 1, "kubernetes/night.yaml": 1,
	"slurm/jixiao.sbatch": 1, "slurm/merge.sbatch": 1,
}

var called = regexp.MustCompile(`(?m)(?:jixiao|"\$JIXIAO"|<Arguments>) *(run|merge|watch|schedule) (-[^<\n]*)`)

// TestRecipes holds every command line of deploy/ against the options that there
// are: an option that is renamed must be renamed there too.
func TestRecipes(t *testing.T) {
	t.Parallel()
	commands := map[string][]string{}
	for _, c := range application(io.Discard, io.Discard).Commands {
		for _, f := range c.Flags {
			commands[c.Name] = append(commands[c.Name], f.Names()...)
		}
	}
	for name, want := range recipes {
		text := strings.ReplaceAll(recipe(t, name), "\\\n", " ")
		calls := called.FindAllStringSubmatch(text, -1)
		if len(calls) != want {
			t.Errorf("%s calls jixiao %d times, want %d", name, len(calls), want)
		}
		for _, c := range calls {
			for _, word := range strings.Fields(c[2]) {
				if flag, ok := strings.CutPrefix(word, "--"); ok && !slices.Contains(commands[c[1]], flag) {
					t.Errorf("%s: jixiao %s has no option --%s", name, c[1], flag)
				}
			}
		}
	}
}

// TestRecipesSayTheSame: the timer, the schedule and the task are due at the same time.
func TestRecipesSayTheSame(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"systemd/jixiao-night.timer":   "OnCalendar=*-*-* 02:00:00 Asia/Shanghai",
		"systemd/jixiao-night.service": "--at 02:00 --zone Asia/Shanghai --once",
		"cron/jixiao":                  "--at 02:00 --zone Asia/Shanghai --once",
		"kubernetes/night.yaml":        "--at 02:00 --zone Asia/Shanghai --once",
		"windows/jixiao-night.xml":     "<StartBoundary>2026-01-01T02:00:00+08:00</StartBoundary>",
	} {
		if !strings.Contains(recipe(t, name), want) {
			t.Errorf("%s does not say %s", name, want)
		}
	}
}

// task is as much of the Task Scheduler's schema as the recipes use; the names and
// their order are its.
type task struct {
	XMLName  xml.Name `xml:"http://schemas.microsoft.com/windows/2004/02/mit/task Task"`
	Version  string   `xml:"version,attr"`
	Settings struct {
		Instances string                           `xml:"MultipleInstancesPolicy"`
		Available bool                             `xml:"StartWhenAvailable"`
		Limit     string                           `xml:"ExecutionTimeLimit"`
		Restart   struct{ Interval, Count string } `xml:"RestartOnFailure"`
		Enabled   bool
	}
	Principals struct {
		Principal struct {
			ID     string `xml:"id,attr"`
			UserId string
		}
	}
	Actions struct {
		Context string `xml:",attr"`
		Exec    struct{ Command, Arguments, WorkingDirectory string }
	}
}

// TestTasks reads the tasks as the Task Scheduler does.
func TestTasks(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]string{"windows/jixiao-night.xml": "PT7H", "windows/jixiao-watch.xml": "PT0S"} {
		text := recipe(t, name)
		if !strings.HasPrefix(text, `<?xml version="1.0" encoding="UTF-16"?>`) {
			t.Errorf("%s does not say how it is encoded", name)
		}
		d := xml.NewDecoder(strings.NewReader(text))
		d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
		var got task
		if err := d.Decode(&got); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s := got.Settings
		if got.Version != "1.2" || s.Instances != "IgnoreNew" || !s.Available || !s.Enabled || s.Limit != limit || s.Restart.Interval != "PT10M" || s.Restart.Count != "3" {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Actions.Context != got.Principals.Principal.ID || got.Principals.Principal.UserId == "" || !strings.HasSuffix(got.Actions.Exec.Command, `\jixiao.exe`) {
			t.Errorf("%s: %+v", name, got)
		}
		// The schema is a sequence: elements in another order are refused.
		at := -1
		for _, element := range []string{"<RegistrationInfo>", "<Triggers>", "<Principals>", "<Settings>", "<Actions "} {
			if i := strings.Index(text, element); i <= at {
				t.Errorf("%s: %s is not in its place", name, element)
			} else {
				at = i
			}
		}
	}
}

// TestUnits lets systemd itself read its units, where it is installed.
func TestUnits(t *testing.T) {
	t.Parallel()
	needsProgram(t, "systemd-analyze")
	dir := t.TempDir()
	var files []string
	for _, name := range []string{"jixiao-watch.service", "jixiao-night.service", "jixiao-night.timer"} {
		// The program need not be installed for its unit to be read.
		text := strings.ReplaceAll(recipe(t, "systemd/"+name), "ExecStart=/usr/local/bin/jixiao", "ExecStart=/bin/true")
		files = append(files, filepath.Join(dir, name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", append([]string{"verify"}, files...)...).CombinedOutput()
	for _, line := range strings.Split(string(out), "\n") {
		if strings.Contains(line, dir) || strings.Contains(line, "jixiao-") {
			t.Errorf("systemd says: %s", line)
		}
	}
	if err != nil && !t.Failed() {
		t.Errorf("%v: %s", err, out)
	}
}

// TestShellRecipes lets bash read the scripts, where there is one.
func TestShellRecipes(t *testing.T) {
	t.Parallel()
	needsProgram(t, "bash")
	for _, name := range []string{"slurm/jixiao.sbatch", "slurm/merge.sbatch", "slurm/submit.sh"} {
		if out, err := exec.CommandContext(t.Context(), "bash", "-n", filepath.Join("../../deploy", name)).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// TestManifests reads the manifests with the types of Kubernetes itself, where
// kubectl is installed, and without a cluster: whatever it does not know, it drops.
func TestManifests(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("kubectl"); err != nil {
		t.Skip("kubectl is not installed") // Debian's own is too old for batch/v1; .ci/run tells
	}
	for _, name := range []string{"indexed-job.yaml", "merge.yaml", "night.yaml"} {
		file := filepath.Join("../../deploy/kubernetes", name)
		read := func(args ...string) any {
			cmd := exec.CommandContext(t.Context(), "kubectl", append(args, "--local", "-f", file, "-o", "json")...)
			var problems bytes.Buffer
			cmd.Stderr = &problems
			out, err := cmd.Output()
			var v any
			if err == nil {
				err = json.Unmarshal(out, &v)
			}
			if err != nil {
				t.Fatalf("%s: %v: %s", name, err, problems.String())
			}
			return v
		}
		written := read("label", "read=yes")
		typed := read("set", "image", "jixiao=another")
		for _, p := range dropped("", written, typed) {
			if p != ".metadata.labels.read" && !strings.HasSuffix(p, ".containers[].image") { // what was changed to get at it
				t.Errorf("%s: Kubernetes does not know %s", name, p)
			}
		}
	}
}

// dropped lists what is in a document and not, or otherwise, in another.
func dropped(at string, a, b any) (paths []string) {
	switch a := a.(type) {
	case map[string]any:
		other, _ := b.(map[string]any)
		for key, value := range a {
			paths = append(paths, dropped(at+"."+key, value, other[key])...)
		}
	case []any:
		other, _ := b.([]any)
		if len(a) != len(other) {
			return []string{at}
		}
		for i := range a {
			paths = append(paths, dropped(at+"[]", a[i], other[i])...)
		}
	default:
		if a != b {
			paths = append(paths, at)
		}
	}
	return paths
}
