package dockerfile

import (
	"errors"
	"strings"
	"testing"
)

func TestS6_Exceptions(t *testing.T) {
	const until = ` until=2027-01-31 reason="a \"good\" one"`
	content := strings.Join([]string{
		/* 1 */ "# pratique:ignore-file 4.6" + until,
		/* 2 */ "FROM debian:12",
		/* 3 */ "#pratique:ignore 4.7" + until,
		/* 4 */ "",
		/* 5 */ "# a comment",
		/* 6 */ "RUN apt-get update \\",
		/* 7 */ "  # pratique:ignore 4.11 reason=\"x\" until=2027-01-31",
		/* 8 */ "  && true",
		/* 9 */ "RUN <<EOF",
		/* 10 */ "# pratique:ignore of a script",
		/* 11 */ "EOF",
		/* 12 */ "  # pratique:ignore 4.9" + until + "\r",
		/* 13 */ "ADD x /x",
		/* 14 */ "# pratique: we like it",
	}, "\n")
	_, got, err := Parse([]byte(content), Options{})
	if err != nil {
		t.Fatal(err)
	}
	reason := `a "good" one`
	want := []Exception{
		{"4.6", reason, "2027-01-31", 1, 0}, {"4.7", reason, "2027-01-31", 3, 6},
		{"4.11", "x", "2027-01-31", 7, 6}, {"4.9", reason, "2027-01-31", 12, 13},
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}

func TestS6_MalformedExceptions(t *testing.T) {
	for _, text := range []string{
		"ignore", "ignore 4.7", `ignore 4.7 reason="x"`, "ignore 4.7 until=2027-01-31", `ignore 4.7 until=2027-01-31 reason=""`,
		`ignore 4.7 until=2027-01-31 reason=" "`, `ignore 4.7 until=2027-02-30 reason="x"`, `ignore 4.7 until=soon reason="x"`,
		`ignore 4.7 until=2027-01-31 reason=x`, "ignore 4.7 until=2027-01-31 reason=`x`", `ignore 4.7 until=2027-01-31 reason="x`,
		`ignore 4.7 until=2027-01-31 reason="x" until=2028-01-31`, `ignore 4.7 until=2027-01-31 reason="x" image="y"`,
		`ignore 4.12 until=2027-01-31 reason="x"`, `ignore 5.1 until=2027-01-31 reason="x"`, `ignore until=2027-01-31 reason="x"`,
		`ignore 4.7 4.9 until=2027-01-31 reason="x"`, `ignroe 4.7 until=2027-01-31 reason="x"`,
		`ignore 4.7 until=2027-01-31 reason="` + strings.Repeat("x", maxExceptionReason+1) + `"`,
	} {
		_, got, err := Parse([]byte("FROM a\n# pratique:"+text+"\nRUN x"), Options{})
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), "line 2: ") || got != nil {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	_, _, err := Parse([]byte("FROM a\n# pratique:ignore 4.7 until=2027-01-31 reason=\"x\"\n"), Options{})
	if err == nil || !strings.Contains(err.Error(), "no instruction follows") {
		t.Errorf("at the end: %v", err)
	}
}

// An exception is handed back beside the facts: they are the same without it.
func TestS6_ExceptionsChangeNoFact(t *testing.T) {
	const rest = "RUN apt-get update\nADD x /x\n"
	with := read(t, "FROM a\n# pratique:ignore 4.7 until=2027-01-31 reason=\"x\"\n"+rest, Options{})
	without := read(t, "FROM a\n\n"+rest, Options{})
	a, b := told(with.Steps), told(without.Steps)
	if strings.Join(a, "\n") != strings.Join(b, "\n") {
		t.Errorf("%q and %q", a, b)
	}
}
