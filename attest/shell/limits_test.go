package shell

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// What cannot be parsed is no script without commands.
func TestThreat62_UnparsableScripts(t *testing.T) {
	for _, src := range []string{
		"a 'b", "a \"b", "a `b", "a $(b", "a ${b", "a )", "( a", "if a", "a $((1", "cat <<", "a &&", "f() {", "case x in a) b", "cat <<E\nunclosed",
	} {
		if s, err := Parse(src); !errors.Is(err, ErrSyntax) {
			t.Errorf("%q: %d commands, %v", src, len(s.Commands), err)
		}
	}
}

// The parser goes down for every bracket and knows no limit, and a stack that
// overflows ends the process.
func TestThreat91_ScriptsThatNest(t *testing.T) {
	n := MaxScript / 8
	for name, src := range map[string]string{
		"substitutions": strings.Repeat("$(", n) + strings.Repeat(")", n),
		"open":          strings.Repeat("$(", n),
		"subshells":     strings.Repeat("( ", n) + strings.Repeat(")", n),
		"blocks":        strings.Repeat("{ ", n),
		"ifs":           strings.Repeat("if ", n),
		"functions":     strings.Repeat("a()", n),
		"arithmetic":    "a $((" + strings.Repeat("(", n),
		"unary":         "a $((" + strings.Repeat("-", n),
		"tests":         "[[ " + strings.Repeat("( ", n),
		"quotes":        strings.Repeat(`"$(`, n),
		"defaults":      strings.Repeat("${a:-", n),
	} {
		if s, err := Parse(src); err == nil {
			t.Errorf("%s: %d commands", name, len(s.Commands))
		}
	}
	deep := strings.Repeat("$(", MaxDepth) + "a" + strings.Repeat(")", MaxDepth)
	if _, err := Parse(deep); !errors.Is(err, ErrNesting) {
		t.Errorf("%v", err)
	}
	if _, err := Parse(strings.Repeat("a()", MaxScript/3)); !errors.Is(err, ErrNesting) {
		t.Errorf("functions: %v", err)
	}
}

// What a script costs to read is bounded by its length.
func TestThreat91_ScriptsThatGrow(t *testing.T) {
	double := "a=xxxxxxxxxxxxxxxx\n" + strings.Repeat("a=$a$a\n", 40)
	calls := "f0() { a; }\n"
	for i := range 30 {
		calls += fmt.Sprintf("f%d() { f%d; f%d; }\n", i+1, i, i)
	}
	variables := ""
	for i := range 2000 {
		variables += fmt.Sprintf("v%d=x\n", i)
	}
	for name, src := range map[string]string{
		"too long":      strings.Repeat("a", MaxScript+1),
		"commands":      strings.Repeat("a\n", MaxCommands+1),
		"values":        double,
		"calls":         calls + "f30",
		"empty calls":   strings.ReplaceAll(calls, "{ a; }", "{ shift; }") + "f30",
		"subshells":     variables + strings.Repeat("(a)\n", 3000),
		"outputs":       "x=" + strings.Repeat("$(a)", maxOutputs+1),
		"redirects":     strings.Repeat("{ ", 50) + "a" + strings.Repeat(" ;} >"+strings.Repeat("x", 4000), 50) + strings.Repeat("\n{ a; } >x"+strings.Repeat(" >y", 3000), 9),
		"parameters":    "set -- " + strings.Repeat("a ", 60000) + "\n" + strings.Repeat("b \"$@\"\n", 5000),
		"long commands": strings.Repeat("sudo ", 40000),
	} {
		began := time.Now()
		if s, err := Parse(src); err == nil {
			t.Errorf("%s: %d commands", name, len(s.Commands))
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: %s for %d bytes", name, took, len(src))
		}
	}
	for name, src := range map[string]string{
		"here documents": strings.Repeat("x ", MaxScript/4) + strings.Repeat("<<a ", MaxScript/8-1) + "\n",
		"substitutions":  strings.Repeat("x", MaxScript/2) + strings.Repeat("$()", MaxScript/6),
		"lists":          strings.Repeat("a &&", MaxScript/5) + "a",
		"pipes":          strings.Repeat("a|", MaxScript/3) + "a",
		"arithmetic":     "a $((" + strings.Repeat("1+", MaxScript/3) + "1))",
		"elifs":          "if a; then b; " + strings.Repeat("elif a; then b;", MaxScript/17) + "fi",
		"assigns":        strings.Repeat("aaa=b ", MaxScript/7),
	} {
		began := time.Now()
		_, err := Parse(src)
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s: %s for %d bytes (%v)", name, took, len(src), err)
		}
	}
}

// The parser's messages repeat the script, which can hold secrets.
func TestErrorsDoNotRepeatTheScript(t *testing.T) {
	if _, err := Parse("a ${hunter2 'x"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}
