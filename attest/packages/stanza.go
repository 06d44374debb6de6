package packages

import (
	"bytes"
	"fmt"
)

// stanzaReader takes a text database apart; dpkg's and apk's are both made of
// stanzas, which are lines with an empty line after them.
type stanzaReader interface {
	// line takes a line that is not empty, without its end.
	line(text []byte) error
	// end comes after the last line of each stanza.
	end() error
}

// readStanzas reads a whole text. Lines may end in CR LF, and the last one
// with the file.
func readStanzas(content []byte, r stanzaReader) error {
	open := false
	for n := 1; len(content) > 0; n++ {
		var text []byte
		text, content, _ = bytes.Cut(content, []byte("\n"))
		text = bytes.TrimSuffix(text, []byte("\r"))
		var err error
		switch {
		case len(text) > 0:
			err, open = r.line(text), true
		case open:
			err, open = r.end(), false
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if !open {
		return nil
	}
	if err := r.end(); err != nil {
		return fmt.Errorf("last entry: %w", err)
	}
	return nil
}

// excerpt is the start of a text, quoted, for an error.
func excerpt[T string | []byte](text T) string {
	const most = 40
	if len(text) > most {
		return fmt.Sprintf("%q...", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
