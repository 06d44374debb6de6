package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run this test binary as pratique.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"pratique": func() { os.Exit(run()) },
	})
}

// TestScript plays testdata/script. Each script has its own registry at
// $REGISTRY (with the referrers API; $PLAIN is one without).
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status":    status,
			"push":      push,
			"pushindex": pushIndex,
			"fault":     fault,
			"copytag":   copyTag,
			"json":      jsonField,
			"count":     countItems,
			"reason":    reason,
		},
	})
}

// status runs a command and wants an exact exit code: "! exec" cannot tell a
// denial from a crash.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
