package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "accept what the program gives now as what it should give")

// TestMain lets the scripts call jixiao as a command.
func TestMain(m *testing.M) {
	flag.Parse()
	if *update && os.Getenv("CI") != "" {
		println("-update is refused where CI is set: look at the change and accept it on your own machine")
		os.Exit(2)
	}
	testscript.Main(m, map[string]func(){"jixiao": main})
}

// TestScripts runs testdata/script: what a user types and sees. SAMPLES is the
// samples folder.
func TestScripts(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SAMPLES", samples)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": exitCode,
		},
	})
}

// needs passes over a test where something that it tests with is not there: on
// somebody's own machine. Where CI is set everything is there, or that is a fault.
func needs(t *testing.T, there bool, what string) {
	t.Helper()
	if !there && os.Getenv("CI") != "" {
		t.Fatal("CI has to have it: " + what)
	}
	if !there {
		t.Skip("not on this machine: " + what)
	}
}

// needsProgram is needs for a program in PATH.
func needsProgram(t *testing.T, name string) {
	t.Helper()
	_, err := exec.LookPath(name)
	needs(t, err == nil, name)
}

// exitCode is the script command `code N jixiao args…`: the exact exit code,
// which testscript itself cannot tell. Output goes to the files stdout and stderr.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || args[1] != "jixiao" {
		ts.Fatalf("usage: code N jixiao args…")
	}
	// Paths in scripts are relative to the script's own folder; several scripts
	// run at once in this process, so its working folder cannot be changed.
	for i, a := range args {
		if strings.HasPrefix(a, "./") {
			args[i] = ts.MkAbs(a)
		}
	}
	var stdout, stderr bytes.Buffer
	got := run(context.Background(), args[1:], &stdout, &stderr)
	for name, b := range map[string]*bytes.Buffer{"stdout.txt": &stdout, "stderr.txt": &stderr} {
		text := strings.ReplaceAll(b.String(), ts.Getenv("WORK")+string(filepath.Separator), "./")
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
	}
	if want := args[0]; want != strconv.Itoa(got) {
		ts.Fatalf("exit code %d, want %s\n%s%s", got, want, stdout.String(), stderr.String())
	}
}
