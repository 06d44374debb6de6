package cis

// Decidable says how much of a control a program can decide.
type Decidable string

// Auto needs nobody, Assisted needs the operator's parameters or other
// evidence, Manual needs a person who looks at what was collected.
const (
	Auto     Decidable = "auto"
	Assisted Decidable = "assisted"
	ByPerson Decidable = "manual"
)

// Control is one control of the benchmark.
type Control struct {
	// ID is the CIS Docker 1.13.0 number, Key our own stable name.
	ID, Key string
	// Title says in our words what is wanted.
	Title string
	// IDs are the control's numbers by benchmark version.
	IDs map[string]string
	// Level is the benchmark's level, 1 or 2; Scored its 1.13.0 flag.
	Level     int
	Scored    bool
	Decidable Decidable
	// Remediation says in our words what to do about a failure.
	Remediation string
	// Collect adds what the control judges to the facts; nil where the image's
	// config and history hold nothing for it.
	Collect func(Contents, *Facts)
	// Judge makes a status of the facts. It sees nothing else.
	Judge func(*Facts, Parameters) Result
}

// maxEvidence is how many lines of evidence one finding carries.
const maxEvidence = 20

func (c Control) finding(f *Facts, p Parameters) Finding {
	return newFinding(c.ID, c.Key, c.Judge(f, p).Items)
}

// shorten keeps evidence readable: a finding is not an inventory, the facts
// are.
func shorten(lines []string) []string {
	if len(lines) == 0 {
		return []string{}
	}
	if len(lines) <= maxEvidence {
		return lines
	}
	more := plural(len(lines)-maxEvidence+1, "more line", "more lines")
	return append(append([]string{}, lines[:maxEvidence-1]...), "and "+more)
}

// Section4 is the catalogue of section 4, in benchmark order.
func Section4() []Control {
	return []Control{
		c0401(), c0402(), c0403(), c0404(), c0405(), c0406(),
		c0407(), c0408(), c0409(), c0410(), c0411(),
	}
}

// sameID is the ids of a control whose number never changed.
func sameID(id string) map[string]string {
	return map[string]string{"1.13.0": id, "1.8.0": id}
}

// Collect takes the facts of section 4 from what an image's config and history
// show. It is deterministic: the same config gives the same facts.
//
// Contents without a config, which is what a Dockerfile alone gives, have no
// facts of a config: what was not read is nil.
func Collect(c Contents) Facts {
	if c.ConfigDigest == "" {
		return Facts{RulesVersion: RulesVersion, Dockerfile: dockerfileFact(c)}
	}
	c.read = c.reading()
	f := baseFacts(c)
	for _, control := range Section4() {
		if control.Collect != nil {
			control.Collect(c, &f)
		}
	}
	return f
}

// Judge makes the findings of section 4, all of them and in benchmark order. A
// fact that was not collected makes its control Unknown.
func Judge(f Facts, p Parameters) []Finding {
	controls := Section4()
	out := make([]Finding, 0, len(controls))
	for _, control := range controls {
		out = append(out, control.finding(&f, p))
	}
	return out
}

// lookup finds a control of section 4 by its 1.13.0 number.
func lookup(id string) (Control, bool) {
	for _, c := range Section4() {
		if c.ID == id {
			return c, true
		}
	}
	return Control{}, false
}
