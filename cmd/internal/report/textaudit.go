package report

import (
	"fmt"
	"strings"

	"github.com/pratique-dev/pratique/verify/wire"
)

// maxTextItems is how many items of one control text shows; JSON has them all.
const maxTextItems = 20

// baseScratch is the name of the base without layers.
const baseScratch = "scratch"

// under is the indent of what is said about a control.
const under = "                     "

func (t *text) Audit(a Audit) error {
	if t.shown++; t.shown > 1 {
		t.raw("\n")
	}
	t.printf("%s\n", strings.Join(filled(a.Image, a.Platform, a.madeFrom(), a.Benchmark), "  "))
	if a.Base != nil {
		t.printf("base  %s\n", a.Base.line())
	}
	for _, c := range a.Controls {
		t.control(c)
	}
	if facts := a.Facts.line(); facts != "" {
		t.printf("facts: %s\n", facts)
	}
	s := a.Summary
	t.raw("%d pass, %d fail, %d warn, %d manual, %d unknown, %d not applicable (profile %s)\n",
		s.Pass, s.Fail, s.Warn, s.Manual, s.Unknown, s.NotApplicable, wire.Printable(a.Profile))
	return t.err
}

func (a Audit) madeFrom() string {
	if a.Target == "" || a.Dockerfile == "" {
		return a.Dockerfile
	}
	return a.Dockerfile + " (target " + a.Target + ")"
}

func (t *text) control(c Control) {
	t.raw("%s", t.paint(wire.Printable(fmt.Sprintf("%-15s", c.Status))))
	t.printf("%-5s %s", c.ID, c.Title)
	if c.Effect == effectDeny {
		t.raw("  [%s]", t.paint(effectDeny))
	}
	t.raw("\n")
	lines := c.lines()
	for n, l := range lines {
		if n == maxTextItems-1 && len(lines) > maxTextItems {
			t.printf("%sand %d more; -o json lists them\n", under, len(lines)-n)
			break
		}
		t.printf("%s%s\n", under, l)
	}
	if c.Excepted() {
		t.printf("%sexcepted: %s\n", under, c.Exception)
	}
	if (c.Status == statusFail || c.Status == statusWarn) && c.Remediation != "" {
		t.printf("%sfix: %s\n", under, c.Remediation)
	}
}

// lines is what a control rests on: beside what is wrong, what passed is not
// worth a line.
func (c Control) lines() []string {
	items := c.trouble()
	if settled(c.Status) && len(items) == 0 {
		items = c.Items
	}
	if len(items) == 0 || len(c.Items) == 0 {
		return c.Evidence
	}
	var out []string
	for _, i := range items {
		line := i.line()
		if i.Exception != "" && !c.Excepted() {
			line += "; excepted: " + i.Exception
		}
		out = append(out, line)
	}
	return out
}

func (b Base) line() string {
	name := b.Ref
	if b.Digest != "" && !strings.Contains(name, b.Digest) {
		name = strings.Join(filled(name, b.Digest), "@")
	}
	if name == "" {
		name = "not named"
	}
	switch {
	case b.Mismatch != "":
		return fmt.Sprintf("%s (%s): not found in the image: %s", name, b.How, b.Mismatch)
	case b.Layers > 0:
		return fmt.Sprintf("%s (%s): %s", name, b.How, counted(b.Layers, "layer"))
	}
	if name == baseScratch {
		return fmt.Sprintf("%s (%s): every layer is the image's own", name, b.How)
	}
	return fmt.Sprintf("%s (%s): claimed, and not held against the image", name, b.How)
}

func (f *Facts) line() string {
	if f == nil {
		return ""
	}
	var parts []string
	say := func(s string) { parts = append(parts, s) }
	if kind := strings.Join(filled(f.Kind, f.Distribution), ", "); kind != "" {
		say(kind)
	}
	if f.Layers > 0 {
		size := counted(f.Layers, "layer") + ", " + counted(f.Entries, "entry") + ", " + Bytes(f.Size)
		if f.Compressed > 0 {
			size += " (" + Bytes(f.Compressed) + " compressed)"
		}
		say(size)
	}
	for _, l := range []struct {
		name string
		list []string
	}{{"shells", f.Shells}, {"package managers", f.PackageManagers}, {"privileged ports", f.PrivilegedPorts}} {
		switch {
		case len(l.list) > 0:
			say(l.name + ": " + strings.Join(l.list, " "))
		case l.list != nil:
			say("no " + l.name)
		}
	}
	if f.Created != "" {
		say("created " + f.Created)
	}
	return strings.Join(parts, "; ")
}

// Bytes is a size for people, in steps of 1000.
func Bytes(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value, unit := float64(n)/1000, 0
	for value >= 999.95 && unit < 3 {
		value, unit = value/1000, unit+1
	}
	return fmt.Sprintf("%.1f %s", value, [...]string{"kB", "MB", "GB", "TB"}[unit])
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		what = stem + "ie"
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// filled leaves out what is empty.
func filled(parts ...string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}
