package cis

import "testing"

// Rows of the history are the base's only as far as layers show it: what a
// signer says of them beside would have them judged by the base's standard.
func TestS16_RowsNeedLayers(t *testing.T) {
	row := Place{Source: SourceHistory, Row: 1}
	mapped, loose := &HistoryFact{Rows: []HistoryRow{{Layer: 1}}}, &HistoryFact{Rows: []HistoryRow{{}}}
	for name, c := range map[string]struct {
		base    BaseFact
		history *HistoryFact
		want    Origin
	}{
		"held":             {BaseFact{How: BaseGiven, Layers: 1, Rows: 1}, mapped, OriginBase},
		"scratch":          {BaseFact{Ref: Scratch, How: BaseGiven, Rows: 1}, mapped, OriginOwn},
		"negative layers":  {BaseFact{How: BaseGiven, Layers: -1, Rows: 1}, mapped, OriginUnknown},
		"no row's layer":   {BaseFact{How: BaseGiven, Layers: 1, Rows: 1}, loose, OriginUnknown},
		"without any rows": {BaseFact{How: BaseGiven, Layers: 1}, mapped, OriginOwn},
	} {
		f := Facts{Base: &c.base, History: c.history}
		if got := f.origin(row); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// What the history does not tell is nobody's known base's, whatever Dockerfile
// is beside it.
func TestS16_UnclearWithoutABase(t *testing.T) {
	for base, want := range map[*BaseFact]Origin{nil: OriginUnknown, {How: BaseGiven, Layers: 1, Rows: 1}: OriginBase} {
		f := Facts{ConfigDigest: baseDigest, Base: base, History: &HistoryFact{Unclear: "rows are missing"}, Updates: &UpdateFact{},
			Dockerfile: &DockerfileFact{Updates: &UpdateFact{}}}
		if got := finding(t, f, DefaultParameters(), "4.7"); got.Status != Unknown || got.Origin != want {
			t.Errorf("base %+v: %s %s, want %s", base, got.Status, got.Origin, want)
		}
	}
}

// A Dockerfile names the lines of what the history shows; it takes nothing back.
func TestDockerfileTakesNoSwitchBack(t *testing.T) {
	shown := Switch{At: Place{Source: SourceHistory, Row: 1}, Rule: "pipe-to-shell", Command: "curl | sh"}
	file := shown
	file.At = Place{Source: SourceDockerfile, Line: 1}
	for name, change := range map[string]func(*Switch){
		"doubtful":        func(s *Switch) { s.Doubtful = true },
		"hidden":          func(s *Switch) { s.Hidden = true },
		"of a base layer": func(s *Switch) { s.At = Place{Source: SourceLayer, Layer: 1} },
	} {
		written := file
		change(&written)
		f := Facts{ConfigDigest: baseDigest, Base: &BaseFact{How: BaseGiven, Layers: 1}, Layers: &LayersFact{},
			History:  &HistoryFact{Rows: []HistoryRow{{Layer: 1}}},
			Switches: &SwitchFact{Hits: []Switch{shown}}, Dockerfile: &DockerfileFact{Switches: &SwitchFact{Hits: []Switch{written}}}}
		if got := finding(t, f, DefaultParameters(), "4.11"); got.Status != Fail || got.Origin != OriginOwn {
			t.Errorf("%s: %s %s %q", name, got.Status, got.Origin, got.Evidence)
		}
	}
}

// Which control needed what could not be read, and is not listed, nobody knows.
func TestUnlistedIsUnknown(t *testing.T) {
	f := Facts{ConfigDigest: baseDigest, History: &HistoryFact{}, Switches: &SwitchFact{}, Secrets: &SecretFact{},
		Layers: &LayersFact{Contents: true, More: map[string]int{"unread": 1}, Packages: &PackageFact{}}}
	p := DefaultParameters()
	p.AcceptUnseen, p.MaxPackages = true, 1
	for _, id := range []string{"4.3", "4.8", "4.10", "4.11"} {
		if got := finding(t, f, p, id); got.Status != Unknown {
			t.Errorf("%s: %s %q", id, got.Status, got.Evidence)
		}
	}
}
