package attest

import (
	"errors"
	"fmt"

	"github.com/pratique-dev/pratique/attest/cis"
)

// shape refuses facts that no audit of an image gives, and that would be judged
// as something they are not: a list that is missing reads as an empty one, and
// a place says whose a finding is.
func shape(f cis.Facts) error {
	if err := baseShape(f.Base); err != nil {
		return err
	}
	if err := layersShape(f.Layers); err != nil {
		return err
	}
	return dockerfileShape(f.Dockerfile)
}

func baseShape(b *cis.BaseFact) error {
	switch {
	case b == nil:
		return nil
	case b.Layers < 0 || b.Rows < 0:
		return errors.New("a base of a negative number of layers or rows")
	case b.Layers == 0 && b.Rows > 0:
		return errors.New("a base with rows of the history, and without layers")
	case b.Layers > 0 && (b.Ref == cis.Scratch || b.Mismatch != ""):
		return errors.New("layers of a base that has none in the image")
	}
	return nil
}

func layersShape(l *cis.LayersFact) error {
	if l == nil {
		return nil
	}
	if l.SetUID == nil || l.Secrets == nil || l.Switches == nil {
		return errors.New("the facts of the layers lack a list")
	}
	for list, n := range l.More {
		if n < 0 {
			return fmt.Errorf("%d more rows of %q", n, list)
		}
	}
	if p := l.Packages; p != nil && p.Count != len(p.List)+l.More["packages"] {
		return fmt.Errorf("an inventory of %d packages lists %d", p.Count, len(p.List))
	}
	var at []cis.Place
	for _, r := range l.SetUID {
		at = append(at, r.At)
	}
	for _, r := range l.Secrets {
		at = append(at, r.At)
	}
	for _, r := range l.Switches {
		at = append(at, r.At)
	}
	return places(at, cis.SourceLayer)
}

func dockerfileShape(d *cis.DockerfileFact) error {
	if d == nil {
		return nil
	}
	notes := d.Unclear
	var at []cis.Place
	if d.Updates != nil {
		for _, r := range d.Updates.Hits {
			at = append(at, r.At)
		}
		notes = append(notes[:len(notes):len(notes)], d.Updates.Unclear...)
	}
	if d.Adds != nil {
		for _, r := range d.Adds.Hits {
			at = append(at, r.At)
		}
	}
	if d.Switches != nil {
		for _, r := range d.Switches.Hits {
			at = append(at, r.At)
		}
		notes = append(notes[:len(notes):len(notes)], d.Switches.Unclear...)
	}
	for _, n := range notes {
		at = append(at, n.At)
	}
	if d.Secrets != nil {
		for _, h := range d.Secrets.Hits {
			if h.Line < 1 || h.Row != 0 {
				return errors.New("a secret of the Dockerfile is in no line of it")
			}
		}
	}
	return places(at, cis.SourceDockerfile)
}

// places checks that findings of one source say that they are of it.
func places(list []cis.Place, source string) error {
	for _, p := range list {
		if p.Source != source {
			return fmt.Errorf("a finding of the %s is placed in %q", source, p.Source)
		}
	}
	return nil
}
