package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// source answers with what it holds; panics says where it does not.
type source struct {
	name   string
	items  []Item
	err    error
	panics string
	asked  chan string
}

func (s source) Name() string {
	if s.panics == "name" {
		panic("no name")
	}
	return s.name
}

func (s source) Gather(context.Context, Image) ([]Item, error) {
	if s.asked != nil {
		s.asked <- s.name
	}
	if s.panics == "gather" {
		var m map[string]int
		m["x"] = 1 //lint:ignore SA5000 the panic is what is tested
	}
	return s.items, s.err
}

func claimed(location string) Item { return Item{Location: location, Claim: &Claim{}} }

func refused(location string) Item { return Item{Location: location, Err: ErrInvalid} }

// told is what evidence says, in an order of its own.
func told(e Evidence) string {
	var out []string
	for _, i := range e.Items {
		out = append(out, fmt.Sprintf("%s %v %v", i.Location, i.Claim != nil, i.Err))
	}
	for _, g := range e.Gaps {
		out = append(out, fmt.Sprintf("gap %s %v", g.Source, g.Err))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

func TestThreat48_GatherIsStableUnderPermutation(t *testing.T) {
	good := source{name: "good", items: []Item{claimed("g"), refused("junk")}}
	half := source{name: "half", items: []Item{claimed("h")}, err: ErrTruncated}
	bad := source{name: "bad", panics: "gather"}
	none := source{name: "none", err: fmt.Errorf("tag: %w", ErrNone)}
	want := told(Gather(t.Context(), Image{}, good, half, bad, none))
	for _, line := range []string{"g true <nil>", "junk false", "h true <nil>", "gap half", "gap bad"} {
		if !strings.Contains(want, line) {
			t.Errorf("%q is missing of\n%s", line, want)
		}
	}
	if strings.Contains(want, "gap none") {
		t.Errorf("an absence became a gap:\n%s", want)
	}
	permute([]Source{good, half, bad, none}, func(sources []Source) {
		if got := told(Gather(t.Context(), Image{}, sources...)); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func permute(s []Source, visit func([]Source)) {
	if len(s) <= 1 {
		visit(s)
		return
	}
	for i := range s {
		rest := slices.Delete(slices.Clone(s), i, i+1)
		permute(rest, func(tail []Source) { visit(append([]Source{s[i]}, tail...)) })
	}
}

func TestGatherAsksEverySourceAtOnce(t *testing.T) {
	// Nobody takes from the channel until all have been started: sources asked
	// one after the other would never get past the first.
	asked := make(chan string)
	var sources []Source
	for i := range 5 {
		sources = append(sources, source{name: fmt.Sprint(i), asked: asked, err: errors.New("down")})
	}
	done := make(chan Evidence)
	go func() { done <- Gather(t.Context(), Image{}, sources...) }()
	var names []string
	for range sources {
		names = append(names, <-asked)
	}
	if e := <-done; len(e.Gaps) != 5 || len(slices.Compact(names)) != 5 {
		t.Errorf("asked %v, gaps %v", names, e.Gaps)
	}
	if e := Gather(t.Context(), Image{}); e.Items != nil || e.Gaps != nil {
		t.Errorf("no sources: %+v", e)
	}
}

func TestThreat49_PanicIsAGap(t *testing.T) {
	for name, s := range map[string]Source{
		"in Gather": source{name: "s", panics: "gather"},
		"in Name":   source{name: "s", panics: "name"},
		"no source": nil,
	} {
		e := Gather(t.Context(), Image{}, s, source{name: "ok", items: []Item{claimed("x")}})
		if len(e.Gaps) != 1 || e.Gaps[0].Source == "" || len(e.Items) != 1 {
			t.Errorf("%s: %+v", name, e)
		}
		if err := e.Gaps[0].Err; errors.Is(err, ErrNone) || errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An absence hides no failure it is joined with.
func TestGatherKeepsFailureJoinedWithAbsence(t *testing.T) {
	down := errors.New("down")
	for _, tt := range []struct {
		err error
		gap bool
	}{
		{ErrNone, false},
		{fmt.Errorf("a: %w", fmt.Errorf("b: %w", ErrNone)), false},
		{errors.Join(ErrNone, fmt.Errorf("b: %w", ErrNone)), false},
		{down, true},
		{errors.Join(ErrNone, down), true},
		{fmt.Errorf("%w, %w", down, ErrNone), true},
		{fmt.Errorf("a: %w", errors.Join(ErrNone, ErrTruncated)), true},
		{ErrInvalid, true},
	} {
		e := Gather(t.Context(), Image{}, source{name: "s", err: tt.err})
		if (len(e.Gaps) == 1) != tt.gap {
			t.Errorf("%v: %v", tt.err, e.Gaps)
		}
	}
}

func TestGatherHoldsItemsToTheirPromise(t *testing.T) {
	both := Item{Location: "both", Claim: &Claim{}, Err: ErrInvalid}
	e := Gather(t.Context(), Image{}, source{name: "s", items: []Item{both, {Location: "neither"}}})
	if i := e.Items[0]; i.Claim != nil || !errors.Is(i.Err, ErrInvalid) {
		t.Errorf("both: %+v", i)
	}
	if i := e.Items[1]; i.Err == nil || !i.Unreachable() {
		t.Errorf("neither: %+v", i)
	}
	if both.Claim == nil {
		t.Error("the source's own item was changed")
	}
}

func TestItemUnreachable(t *testing.T) {
	for _, tt := range []struct {
		item Item
		want bool
	}{
		{claimed("x"), false},
		{refused("x"), false},
		{Item{Err: ErrUnreadable}, false},
		{Item{Err: errors.New("timeout")}, true},
		{Item{}, true},
	} {
		if got := tt.item.Unreachable(); got != tt.want {
			t.Errorf("%+v: %v", tt.item, got)
		}
	}
}

func TestClaimSubject(t *testing.T) {
	if d := (Claim{}).Subject(); d != "" {
		t.Errorf("no subjects: %s", d)
	}
	if d := (Claim{Subjects: []Digest{digestA, digestB}}).Subject(); d != digestA {
		t.Errorf("got %s", d)
	}
}
